import { displayText } from '../display-text.js';
import { type ErrorCode, GatewayzMetricsError } from '../errors.js';
import { retryAfterSeconds } from './retry-after.js';

/** An answer that is not a success, and what is needed to tell about it. */
export interface ErrorResponse {
  readonly status: number;
  /** Without parameters, in lower case; empty when there was none. */
  readonly contentType: string;
  readonly location: string | undefined;
  readonly retryAfter: string | undefined;
  /** The body, or the first bytes of it. */
  readonly beginning: string;
  /** Where it came from, for messages: `Prometheus at http://…`. */
  readonly source: string;
  /** The URL that was asked. */
  readonly url: URL;
  /** The settings that the credentials came from; undefined when none were sent. */
  readonly credentials: string | undefined;
  /** Masked wherever the answer is quoted. */
  readonly secrets: readonly string[];
  /** Epoch milliseconds, to turn a `Retry-After` date into seconds. */
  readonly now: number;
}

/** What a refusal means, and what an operator can do about it. */
export function responseError(refusal: ErrorResponse): GatewayzMetricsError {
  const { status, url } = refusal;
  const document = errorDocument(refusal.beginning);
  const detail = document ? displayText(`${document.type}: ${document.error}`, refusal.secrets) : plainText(refusal);
  const because = detail === '' ? '' : `: ${detail}`;
  const fail = (code: ErrorCode, words: string, options?: { retryAfter: number }) =>
    new GatewayzMetricsError(code, `${refusal.source} ${words}`, options);

  if (status >= 300 && status < 400) {
    const advice = 'which is never followed: set PROMETHEUS_URL to what answers itself';
    return fail('upstream_redirected', `redirects to ${redirectTarget(refusal)} (HTTP ${status}), ${advice}`);
  }
  if (status === 401 || status === 403) return fail('upstream_unauthorized', `${unauthorized(refusal)}${because}`);
  // One slow question, not a reason to be patient with all the others.
  if (document?.type === 'timeout' || status === 504) {
    return fail('upstream_timeout', `ran out of time (HTTP ${status})${because}`);
  }
  if (status === 429 || status === 503) {
    const retryAfter = retryAfterSeconds(refusal.retryAfter, refusal.now);
    const options = retryAfter === undefined ? undefined : { retryAfter };
    return fail('upstream_overloaded', `asks for patience (HTTP ${status})${because}`, options);
  }
  const hint = status === 404 ? ` (asked at ${url.pathname}: is the path of PROMETHEUS_URL right?)` : '';
  if (document) return fail('upstream_rejected', `answered HTTP ${status}${because}${hint}`);
  if (status === 502)
    return fail('upstream_unreachable', `is behind a proxy that cannot reach it (HTTP 502)${because}`);
  if (status === 200) return fail('upstream_invalid', `${unexpected(refusal)}: is PROMETHEUS_URL right?`);
  return fail('upstream_invalid', `answered HTTP ${status}, not as Prometheus does${because}${hint}`);
}

/** The error document of the Prometheus API, where `text` is one. */
function errorDocument(text: string): { readonly type: string; readonly error: string } | undefined {
  try {
    const { status, errorType, error } = Object(JSON.parse(text)) as Record<string, unknown>;
    if (status !== 'error') return undefined;
    return { type: String(errorType ?? 'error'), error: String(error ?? 'no reason given') };
  } catch {
    return undefined;
  }
}

/** Only plain text explains anything: pages of HTML are about themselves. */
function plainText({ contentType, beginning, secrets }: ErrorResponse): string {
  return contentType === 'text/plain' ? displayText(beginning, secrets, 200) : '';
}

function unauthorized({ status, credentials }: ErrorResponse): string {
  if (credentials !== undefined) return `refused our credentials (HTTP ${status}): check ${credentials}`;
  const settings = 'PROMETHEUS_TOKEN, PROMETHEUS_TOKEN_FILE, or PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD';
  return `wants credentials (HTTP ${status}) and has got none: set ${settings}`;
}

function unexpected({ contentType, secrets }: ErrorResponse): string {
  if (contentType === 'application/json') return `answered JSON, but not {"status":"success","data":…}`;
  const type = contentType === '' ? 'without a content type' : displayText(contentType, secrets, 100);
  return `answered ${type}, not Prometheus's JSON`;
}

/** Origin and path only: a query may carry a session or a token. */
function redirectTarget({ location, url, secrets }: ErrorResponse): string {
  if (location === undefined || !URL.canParse(location, url.href)) return 'nowhere';
  const target = new URL(location, url.href);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return 'something that is not HTTP';
  return displayText(`${target.origin}${target.pathname}`, secrets, 300);
}
