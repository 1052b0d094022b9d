import type { GatewayzMetricsError } from '../errors.js';
import type { Representation } from '../render/representation.js';
import type { Denial } from './decision.js';
import type { MetricsRequest, WholeResponse } from './message.js';
import { header, matchesTag } from './negotiate.js';
import { safetyHeaders } from './safety-headers.js';

type Headers = Readonly<Record<string, string>>;

const vary = 'Accept, Accept-Encoding, Authorization';
const always = { vary, ...safetyHeaders };

/** What answers from the same bytes have in common: made once per snapshot, and once a second as they grow older. */
interface HeaderSets {
  readonly fixed: Headers;
  age: number;
  maxAge: number;
  headers: Headers;
}

const headerSets = new WeakMap<Representation, HeaderSets>();

function headerSetsOf(representation: Representation): HeaderSets {
  const known = headerSets.get(representation);
  if (known) return known;
  const { contentType, body, etag, view } = representation;
  const fixed = {
    'content-type': contentType,
    'content-length': String(body.byteLength),
    ...(view.encoding === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
    etag,
    ...always,
  };
  const sets = { fixed, age: Number.NaN, maxAge: Number.NaN, headers: fixed };
  headerSets.set(representation, sets);
  return sets;
}

/** Answers from rendered bytes. `Age` counts from the evaluation instant, and so does `max-age`, until the next refresh. */
export function representationResponse(
  representation: Representation,
  request: MetricsRequest,
  now: number,
): WholeResponse {
  const sets = headerSetsOf(representation);
  const { status, evaluationTime: instant, nextRefresh, stale, body } = representation;
  if (status !== 200) return reply(request, status, { ...sets.fixed, 'cache-control': 'no-store' }, body);
  // Not longer than it was when the bytes were made: the clock may have been set back since.
  const left = Math.min(Math.max(0, nextRefresh - now), nextRefresh - instant);
  const age = Math.floor(Math.max(0, now - instant) / 1000);
  const maxAge = age + Math.floor(left / 1000);
  if (age !== sets.age || maxAge !== sets.maxAge) {
    const cacheControl = stale ? 'no-cache' : `private, max-age=${maxAge}`;
    sets.headers = { ...sets.fixed, age: String(age), 'cache-control': cacheControl };
    sets.age = age;
    sets.maxAge = maxAge;
  }
  return reply(request, 200, sets.headers, body);
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
  const own = { 'content-type': contentType, 'content-length': String(body.byteLength), ...always };
  return reply(request, status, { ...own, ...headers }, body);
}

/** A refusal: how to authenticate where that would help, when to come again where it is for want of patience. */
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
