import type { GatewayzMetricsError } from '../errors.js';
import type { Representation } from '../render/representation.js';
import type { Denial } from './decision.js';
import type { MetricsReply, MetricsRequest } from './message.js';
import { header, matchesTag } from './negotiate.js';
import { safetyHeaders } from './safety-headers.js';

type Headers = Readonly<Record<string, string>>;

const vary = 'Accept, Accept-Encoding, Authorization';
const always = { vary, ...safetyHeaders };

const fixedHeaders = new WeakMap<Representation, Headers>();

/** The headers that every answer from these bytes has: made once per snapshot. */
function fixedHeadersOf(representation: Representation): Headers {
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
  const { status, instant, nextRefresh, stale, body } = representation;
  if (status !== 200) return reply(request, status, { ...fixed, 'cache-control': 'no-store' }, body);
  const age = Math.max(0, now - instant);
  // Not longer than it was when the bytes were made: the clock may have been set back since.
  const left = Math.min(Math.max(0, nextRefresh - now), nextRefresh - instant);
  const seconds = Math.floor(age / 1000);
  const headers = {
    ...fixed,
    age: String(seconds),
    'cache-control': stale ? 'no-cache' : `private, max-age=${seconds + Math.floor(left / 1000)}`,
  };
  return reply(request, 200, headers, body);
}

/** Answers with a document that is no snapshot's. With an `etag` among the headers it can be asked for conditionally. */
export function replyDocument(
  request: MetricsRequest,
  status: number,
  contentType: string,
  text: string | Uint8Array,
  headers: Headers = { 'cache-control': 'no-store' },
): MetricsReply {
  const body = typeof text === 'string' ? Buffer.from(text) : text;
  const own = { 'content-type': contentType, 'content-length': String(body.byteLength), ...always };
  return reply(request, status, { ...own, ...headers }, body);
}

/** A refusal: how to authenticate where that would help, when to come again where it is for want of patience. */
export function replyDenied(request: MetricsRequest, { error, challenge }: Denial): MetricsReply {
  return replyError(
    request,
    error,
    {},
    {
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(error.retryAfter !== undefined && { 'retry-after': String(error.retryAfter) }),
    },
  );
}

/** An error as JSON: `{"error": {"code", "message"}}` and what else belongs to it. */
export function replyError(
  request: MetricsRequest,
  error: GatewayzMetricsError,
  more: Readonly<Record<string, unknown>> = {},
  headers: Headers = {},
): MetricsReply {
  const document = { error: { code: error.code, message: error.message }, ...more };
  return replyDocument(request, error.status, 'application/json; charset=utf-8', `${JSON.stringify(document)}\n`, {
    'cache-control': 'no-store',
    ...headers,
  });
}

function reply(request: MetricsRequest, status: number, headers: Headers, body: Uint8Array): MetricsReply {
  const { etag } = headers;
  if (status === 200 && etag !== undefined && matchesTag(header(request, 'if-none-match'), etag)) {
    const { 'content-length': _length, 'content-type': _type, ...rest } = headers;
    return { status: 304, headers: rest, body: undefined };
  }
  return { status, headers, body: request.method === 'HEAD' ? undefined : body };
}
