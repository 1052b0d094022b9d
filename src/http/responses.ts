import { GatewayzMetricsError } from '../errors.js';
import type { Denial } from './decision.js';
import { documentHeaders, type Headers } from './document-headers.js';
import type { MetricsRequest, WholeResponse } from './message.js';
import { header, matchesTag } from './negotiate.js';
import type { PublishedView } from './published-view.js';

/** Responds with published bytes as they are at `now`, monotonic milliseconds. */
export function publishedResponse(published: PublishedView, request: MetricsRequest, now: number): WholeResponse {
  const { status, headers, body } = published.at(now);
  return reply(request, status, headers, body);
}

/** Answers with a document that is no snapshot's. With an `etag` among the headers it can be asked for conditionally. */
export function documentResponse(
  request: MetricsRequest,
  status: number,
  contentType: string,
  text: string | Uint8Array,
  headers: Headers = { 'cache-control': 'no-store' },
): WholeResponse {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  return reply(request, status, { ...documentHeaders(contentType, body), ...headers }, body);
}

/** A denied request: how to authenticate where that would help, and when to retry where a limit was reached. */
export function deniedResponse(request: MetricsRequest, { error, challenge }: Denial): WholeResponse {
  return errorResponse(
    request,
    error,
    {},
    {
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(error.retryAfter !== undefined && { 'retry-after': String(error.retryAfter) }),
    },
  );
}

/** The response after a bug of ours: a 500 without details. */
export function internalErrorResponse(request: MetricsRequest): WholeResponse {
  return errorResponse(request, new GatewayzMetricsError('internal', 'The request could not be answered.'));
}

/** An error as JSON: `{"error": {"code", "message"}}` and what else belongs to it. */
export function errorResponse(
  request: MetricsRequest,
  error: GatewayzMetricsError,
  more: Readonly<Record<string, unknown>> = {},
  headers: Headers = {},
): WholeResponse {
  const document = { error: { code: error.code, message: error.message }, ...more };
  return documentResponse(request, error.status, 'application/json; charset=utf-8', `${JSON.stringify(document)}\n`, {
    'cache-control': 'no-store',
    ...headers,
  });
}

function reply(request: MetricsRequest, status: number, headers: Headers, body: Uint8Array): WholeResponse {
  const { etag } = headers;
  if (status === 200 && etag !== undefined && matchesTag(header(request, 'if-none-match'), etag)) {
    const { 'content-length': _length, 'content-type': _type, ...rest } = headers;
    return { status: 304, headers: rest, body: undefined };
  }
  return { status, headers, body: request.method === 'HEAD' ? undefined : body };
}
