import { z } from 'zod';
import type { RequestFailure } from './explain-failure.js';
import type { ServiceResponse } from './service-client.js';

const errorDocument = z.object({ error: z.object({ message: z.string() }) });
/** The body of our 404: the paths that exist. */
const notFoundDocument = z.object({ paths: z.array(z.string()) });

/** Why the status from `base` is not 200, with the service's own message where there is one. */
export function explainStatus(response: ServiceResponse, base: string, hasToken: boolean): RequestFailure {
  const { status, location } = response;
  const message = messageIn(response);
  const because = message === undefined ? '' : `: ${message}`;
  if (status === 401) {
    return hasToken
      ? { cause: `it rejects the token of --token-file (HTTP 401)${because}`, fix: 'put a valid token into that file' }
      : { cause: `it requires a token (HTTP 401)${because}`, fix: '--token-file F, with a token in F' };
  }
  if (status === 403) {
    return {
      cause: `the token may not read this (HTTP 403)${because}`,
      fix: 'gatewayz-metrics token NAME --scopes metrics,datasource',
    };
  }
  if (status === 404) {
    return { cause: `there is nothing at ${base} (HTTP 404)`, fix: correctAddress(response, base) };
  }
  if (status >= 300 && status < 400) {
    return {
      cause: `it redirects to ${location ?? 'nowhere'} (HTTP ${status}), redirects are not followed`,
      fix: 'set --url to the final address',
    };
  }
  if (status === 502 || status === 504) {
    return {
      cause: `a proxy in front of it cannot reach it (HTTP ${status})`,
      fix: 'start the service behind the proxy',
    };
  }
  if (status === 503 && message !== undefined)
    return { cause: `it has no data (HTTP 503)${because}`, fix: fixOf(message) };
  return { cause: `it returned HTTP ${status}${because}`, fix: "look at the service's log" };
}

/** The correct address; only our service lists its paths. */
function correctAddress({ body }: ServiceResponse, base: string): string {
  const paths = notFoundDocument.safeParse(readJson(body)).data?.paths ?? [];
  const prefix = paths.flatMap((path) => /^(.*)\/metrics\/summary$/.exec(path)?.[1] ?? [])[0];
  const { origin, pathname } = new URL(base);
  if (prefix === undefined) {
    return 'set --url to the address of the service, without METRICS_PREFIX, and METRICS_PREFIX to the value that the service has';
  }
  // The prefix was right, and --url had a path before it.
  if (prefix !== '' && pathname.lastIndexOf(`${prefix}/metrics`) > 0) return `--url ${origin}`;
  return `METRICS_PREFIX=${prefix || '/'}, in the environment of this check: the service has its endpoints at ${prefix}/metrics`;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The service's own message: of a JSON error, or the comment of an empty exposition. */
function messageIn({ body, contentType }: ServiceResponse): string | undefined {
  if (contentType.startsWith('text/plain')) return /^# unavailable: (.+)$/m.exec(body)?.[1];
  if (!contentType.startsWith('application/json')) return undefined;
  return errorDocument.safeParse(readJson(body)).data?.error.message;
}

/** The settings that a message names. */
export function fixOf(message: string): string {
  const settings = [...new Set(message.match(/\b(?:PROMETHEUS|METRICS|HEALTH)_[A-Z_]+\b/g))];
  const [last, ...others] = settings.reverse();
  if (last === undefined) return "look at the service's log";
  return `${[...others.reverse(), last].join(' or ')}, in the environment of the service`;
}
