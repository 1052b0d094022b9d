import { safetyHeaders } from '../http/safety-headers.js';
import type { ApiError } from './api-error.js';
import type { DatasourceResponse } from './message.js';

/** Headers of every response. */
const always = {
  'cache-control': 'no-store',
  vary: 'Accept-Encoding, Authorization',
  ...safetyHeaders,
} as const;

/** Forwards a response of the upstream. */
export function upstreamResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | AsyncIterable<Uint8Array>,
): DatasourceResponse {
  const sent: Record<string, string> = { ...headers, ...always };
  if (status === 204) return { status, headers: sent, body: undefined };
  if (body instanceof Uint8Array) sent['content-length'] = String(body.length);
  return { status, headers: sent, body };
}

/** An error in the form of the Prometheus API. */
export function apiErrorResponse(error: ApiError): DatasourceResponse {
  const { status, type: errorType, message, retryAfter, closes } = error;
  const headers = {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(closes ? { connection: 'close' } : {}),
  };
  return withLength(status, headers, JSON.stringify({ status: 'error', errorType, error: message }));
}

/** Prometheus's response to an unknown path. */
export function notFoundResponse(): DatasourceResponse {
  return replyText(404, '404 page not found\n');
}

/** Prometheus's response to a method that the path does not have. */
export function methodNotAllowedResponse(methods: readonly string[]): DatasourceResponse {
  const allow = [...methods, 'OPTIONS'].sort().join(', ');
  return replyText(405, 'Method Not Allowed\n', { allow });
}

/** Prometheus's response while it starts and stops. */
export function notReadyResponse(headers: Readonly<Record<string, string>>): DatasourceResponse {
  return replyText(503, 'Service Unavailable', headers);
}

/** Prometheus's response to OPTIONS, but without permission for other origins. */
export function optionsResponse(): DatasourceResponse {
  return { status: 204, headers: { ...always }, body: undefined };
}

function replyText(status: number, text: string, headers: Readonly<Record<string, string>> = {}): DatasourceResponse {
  return withLength(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }, text);
}

function withLength(status: number, headers: Readonly<Record<string, string>>, text: string): DatasourceResponse {
  const body = Buffer.from(text);
  return { status, headers: { ...headers, 'content-length': String(body.length), ...always }, body };
}
