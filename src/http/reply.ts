import type { GatewayzMetricsError } from '../errors.js';
import type { Representation } from '../render/representation.js';
import type { MetricsReply, MetricsRequest } from './message.js';
import { header, matchesTag } from './negotiate.js';

const vary = 'Accept, Accept-Encoding, Authorization';
const always = { vary, 'x-content-type-options': 'nosniff' };

const fixedHeaders = new WeakMap<Representation, Readonly<Record<string, string>>>();

/** The headers that every answer from these bytes has: made once per snapshot. */
function fixedHeadersOf(representation: Representation): Readonly<Record<string, string>> {
  const known = fixedHeaders.get(representation);
  if (known) return known;
  const { contentType, body, etag, view } = representation;
  const headers = {
    'content-type': contentType,
    'content-length': String(body.byteLength),
    ...(view.encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
    etag,
    ...always,
  };
  fixedHeaders.set(representation, headers);
  return headers;
}

/** Answers from rendered bytes. `Age` counts from the evaluation instant, and so does `max-age`, until the next refresh. */
export function replyWith(representation: Representation, request: MetricsRequest, now: number): MetricsReply {
  const fixed = fixedHeadersOf(representation);
  const { status, instant, nextRefresh, stale, etag, body } = representation;
  if (status !== 200)
    return { status, headers: { ...fixed, 'cache-control': 'no-store' }, body: bodyFor(request, body) };
  const age = Math.max(0, Math.floor((now - instant) / 1000));
  const left = Math.max(0, Math.floor((nextRefresh - now) / 1000));
  const headers = {
    ...fixed,
    age: String(age),
    'cache-control': stale ? 'no-cache' : `private, max-age=${age + left}`,
  };
  if (matchesTag(header(request, 'if-none-match'), etag)) {
    const { 'content-length': _length, 'content-type': _type, ...rest } = headers as Record<string, string>;
    return { status: 304, headers: rest, body: undefined };
  }
  return { status, headers, body: bodyFor(request, body) };
}

/** Answers with a document made for this request. */
export function replyDocument(
  request: MetricsRequest,
  status: number,
  contentType: string,
  text: string | Uint8Array,
  headers: Readonly<Record<string, string>> = { 'cache-control': 'no-store' },
): MetricsReply {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  return {
    status,
    headers: { 'content-type': contentType, 'content-length': String(body.byteLength), ...always, ...headers },
    body: bodyFor(request, body),
  };
}

/** An error as JSON: `{"error": {"code", "message"}}` and what else belongs to it. */
export function replyError(
  request: MetricsRequest,
  error: GatewayzMetricsError,
  more: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): MetricsReply {
  const document = { error: { code: error.code, message: error.message }, ...more };
  return replyDocument(request, error.status, 'application/json; charset=utf-8', `${JSON.stringify(document)}\n`, {
    'cache-control': 'no-store',
    ...headers,
  });
}

function bodyFor(request: MetricsRequest, body: Uint8Array): Uint8Array | undefined {
  return request.method === 'HEAD' ? undefined : body;
}
