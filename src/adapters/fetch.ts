import { ReadableStream } from 'node:stream/web';
import { Cancellation } from '../cancellation.js';
import type { DatasourceResponse } from '../datasource/message.js';
import type { MetricsResponse } from '../http/message.js';
import type { Metrics } from '../metrics.js';

/** What is needed of a `Request`. */
export interface FetchRequestLike {
  readonly method: string;
  /** Absolute, as in every `Request`. */
  readonly url: string;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void };
  readonly body?: AsyncIterable<Uint8Array> | null;
  /** Fires when the client has gone, where the server tells. */
  readonly signal?: AbortSignal;
}

export type FetchHandler = (request: FetchRequestLike) => Promise<Response>;

/**
 * A handler for servers that speak `Request` and `Response`, such as Hono. It answers everything that it is given, with 404
 * what is neither below `<prefix>/metrics` nor, where it is on, of the datasource; never rejects.
 *
 * In Hono `app.all('/prometheus/*', ({ req }) => handler(req.raw))`, or under a path of the host, which then comes before the
 * prefix, `app.mount('/internal', handler)`.
 */
export function fetchHandler(metrics: Pick<Metrics, 'handle'> & Partial<Pick<Metrics, 'datasource'>>): FetchHandler {
  return async (request) => {
    const { method, body, signal = new Cancellation() } = request;
    const { pathname, search } = new URL(request.url);
    const url = pathname + search;
    const headers: Record<string, string> = {};
    request.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const reply = metrics.datasource?.owns(url)
      ? await metrics.datasource.handle({ method, url, headers, body: body ?? undefined, signal })
      : await metrics.handle({ method, url, headers });
    return new Response(toBody(reply.body), { status: reply.status, headers: reply.headers });
  };
}

function toBody(
  body: MetricsResponse['body'] | DatasourceResponse['body'],
): Response['body'] | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  return body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : ReadableStream.from(body);
}
