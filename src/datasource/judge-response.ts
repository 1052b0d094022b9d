import type { IncomingHttpHeaders } from 'node:http';
import { type ErrorResponse, responseError } from '../prometheus/response-error.js';
import { ApiError } from './api-error.js';
import { methodNotAllowedResponse, notFoundResponse, notReadyResponse } from './api-responses.js';
import type { DatasourceResponse } from './message.js';
import type { Head } from './single-flight.js';

/** What was requested, as far as it matters for the response. */
export interface ResponseContext {
  /** Whether the request accepts gzip. */
  readonly gzip: boolean;
  /** Bytes. */
  readonly answerSize: number;
  /** Describes the request for an error message. */
  readonly describe: () => Pick<ErrorResponse, 'source' | 'url' | 'credentials' | 'secrets' | 'now'>;
}

/** The only upstream headers that reach the client. */
const forwardedHeaders = ['content-type', 'content-encoding', 'content-length', 'retry-after'] as const;
/** VictoriaMetrics has a JSON type of its own for range vectors. */
const jsonType = /^application\/(?:[\w.-]+\+)?json(?:\s*;\s*charset=[\w-]+)?$/i;

/**
 * Decides by status and headers: forward the response, or respond with something else. Only JSON is forwarded: other texts come
 * from proxies, or reveal internals. Of the statuses below 400, Prometheus sends 200 and 204 only.
 *
 * @throws {GatewayzMetricsError} upstream_… if it is no response of the Prometheus API
 * @throws {ApiError} if it is too long
 */
export function judgeResponse(
  status: number,
  headers: IncomingHttpHeaders,
  context: ResponseContext,
): Head | DatasourceResponse {
  const type = contentType(headers);
  const json = jsonType.test(String(headers['content-type']));
  const empty = status === 204;
  const good = status === 200 || status === 204;
  if (good ? !json && !empty : isUnusable(status)) throw unexpectedResponse(status, headers, context);
  if (json || empty) return forward(status, headers, context);
  const retryAfter = headers['retry-after'];
  const retry = retryAfter === undefined || !isRetryAfter(retryAfter) ? {} : { 'retry-after': retryAfter };
  if (status === 404) return notFoundResponse();
  if (status === 405) return methodNotAllowedResponse(String(headers.allow ?? 'GET').split(/[\s,]+/));
  if (status === 503 && type === 'text/plain') return notReadyResponse(retry);
  if (status >= 500 || status === 429) throw unexpectedResponse(status, headers, context);
  throw new ApiError(status, 'bad_data', 'the upstream rejected the request without a reason in JSON');
}

/** Not for the client: statuses that the API does not have, redirects, and credentials of ours that were rejected. */
function isUnusable(status: number): boolean {
  return status < 400 || status > 599 || status === 401 || status === 403 || status === 407;
}

function forward(status: number, headers: IncomingHttpHeaders, context: ResponseContext): Head {
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && !(encoding === 'gzip' && context.gzip))
    throw unexpectedResponse(status, headers, context);
  const length = Number(headers['content-length'] ?? 0);
  if (length > context.answerSize) {
    const words = `the response has ${length} bytes, more than the limit of ${context.answerSize} bytes`;
    throw new ApiError(422, 'execution', words, { limit: 'answer_size' });
  }
  const given: Record<string, string> = {};
  for (const name of forwardedHeaders) {
    const value = headers[name];
    if (value !== undefined && (name !== 'retry-after' || isRetryAfter(value))) given[name] = value;
  }
  return { status, headers: given };
}

function unexpectedResponse(status: number, headers: IncomingHttpHeaders, context: ResponseContext): Error {
  const { location, 'retry-after': retryAfter } = headers;
  return responseError({
    ...context.describe(),
    status,
    contentType: contentType(headers),
    location,
    retryAfter,
    beginning: '',
  });
}

/** Seconds, or an HTTP date. */
function isRetryAfter(value: string): boolean {
  return /^\d{1,9}$/.test(value) || (value.length < 40 && !Number.isNaN(Date.parse(value)));
}

function contentType(headers: IncomingHttpHeaders): string {
  return String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
}
