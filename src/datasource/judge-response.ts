import type { IncomingHttpHeaders } from 'node:http';
import { answerError, type Refusal } from '../upstream/answer-error.js';
import { ApiError } from './api-error.js';
import { methodNotAllowedResponse, notFoundResponse, notReadyResponse } from './api-responses.js';
import type { DatasourceResponse } from './message.js';
import type { Head } from './single-flight.js';

/** What was asked, as far as it matters for judging the answer. */
export interface ResponseContext {
  /** Whether a gzip answer was asked for. */
  readonly gzip: boolean;
  /** Bytes. */
  readonly answerSize: number;
  /** Made only where there is something to tell about it. */
  readonly told: () => Pick<Refusal, 'source' | 'url' | 'credentials' | 'secrets' | 'now'>;
}

/** Headers of the upstream that reach the client; no others do. */
const forwardedHeaders = ['content-type', 'content-encoding', 'content-length', 'retry-after'] as const;
/** VictoriaMetrics has a JSON type of its own for range vectors. */
const jsonType = /^application\/(?:[\w.-]+\+)?json(?:\s*;\s*charset=[\w-]+)?$/i;

/**
 * What becomes of an answer of which status and headers have come: it is handed on, or something else is said in its place.
 * Only what is JSON is handed on: other texts are of servers on the way, or tell of the inside.
 *
 * @throws GatewayzMetricsError where it is no answer of the Prometheus API at all; AnswerError where it is too long
 */
export function judgeResponse(
  status: number,
  headers: IncomingHttpHeaders,
  asked: ResponseContext,
): Head | DatasourceResponse {
  const type = contentType(headers);
  const json = jsonType.test(String(headers['content-type']));
  const empty = status === 204;
  if (status < 300 ? !json && !empty : isRefusal(status)) throw unexpectedResponse(status, headers, asked);
  if (json || empty) return forward(status, headers, asked);
  const retryAfter = headers['retry-after'];
  const patience = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  if (status === 404) return notFoundResponse();
  if (status === 405) return methodNotAllowedResponse(String(headers.allow ?? 'GET').split(/[\s,]+/));
  if (status === 503 && type === 'text/plain') return notReadyResponse(patience);
  if (status >= 500 || status === 429) throw unexpectedResponse(status, headers, asked);
  throw new ApiError(status, 'bad_data', 'the upstream refuses this call and gives no reason in JSON');
}

/** Meant for us, not for the client: a redirect, or refused credentials. */
function isRefusal(status: number): boolean {
  return status < 400 || status > 599 || status === 401 || status === 403 || status === 407;
}

function forward(status: number, headers: IncomingHttpHeaders, asked: ResponseContext): Head {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && !(encoding === 'gzip' && asked.gzip)) throw unexpectedResponse(status, headers, asked);
  const length = Number(headers['content-length'] ?? 0);
  if (length > asked.answerSize) {
    const words = `the answer has ${length} bytes, more than the limit of ${asked.answerSize} bytes`;
    throw new ApiError(422, 'execution', words, { limit: 'answer_size' });
  }
  const given: Record<string, string> = {};
  for (const name of forwardedHeaders) {
    const value = headers[name];
    if (value !== undefined) given[name] = value;
  }
  return { status, headers: given };
}

function unexpectedResponse(status: number, headers: IncomingHttpHeaders, asked: ResponseContext): Error {
  const { location, 'retry-after': retryAfter } = headers;
  return answerError({
    ...asked.told(),
    status,
    contentType: contentType(headers),
    location,
    retryAfter,
    beginning: '',
  });
}

function contentType(headers: IncomingHttpHeaders): string {
  return String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
}
