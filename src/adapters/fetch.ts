import { ReadableStream } from 'node:stream/web';
import { Cancellation } from '../cancellation.js';
import type { MetricsResponse } from '../http/message.js';
import type { Metrics } from '../metrics.js';

/** The part of a `Request` that is used. `body` may be any stream: libraries disagree about its iterator. */
export interface FetchRequestLike {
  readonly method: string;
  /** Absolute, as in every `Request`. */
  readonly url: string;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void };
  readonly body?: { getReader(): unknown } | null;
  /** Fires when the client disconnects, where the server supports it. */
  readonly signal?: AbortSignal;
}

export type FetchHandler = (request: FetchRequestLike, client?: FetchClient) => Promise<Response>;

/** What a `Request` does not say about its client. */
export interface FetchClient {
  /** Address of the client. Without it, all anonymous readers share one rate limit, and so do all failed logins. */
  readonly remoteAddress?: string | undefined;
}

/**
 * Creates a handler for servers with `Request` and `Response`, such as Hono, Bun or Next.js. It answers every request it is given, with 404
 * where `metrics.owns(url)` is false. Never rejects.
 *
 * @example
 * const handler = fetchHandler(await createMetrics());
 * app.all('/prometheus/*', (c) => handler(c.req.raw, { remoteAddress: getConnInfo(c).remote.address }));
 * @example
 * app.mount('/internal', handler); // serves /internal/prometheus/metrics/summary
 */
export function fetchHandler(metrics: Pick<Metrics, 'handle'>): FetchHandler {
  return async (request, client) => {
    const { method, body, signal = new Cancellation() } = request;
    const { pathname, search } = new URL(request.url);
    const headers: Record<string, string> = {};
    request.headers.forEach((value, name) => {
      headers[name] = value;
    });
    // Hono's `mount` passes its own values as the second argument.
    const remoteAddress = typeof client?.remoteAddress === 'string' ? client.remoteAddress : undefined;
    const reply = await metrics.handle({
      method,
      url: pathname + search,
      headers,
      remoteAddress,
      body: (body as AsyncIterable<Uint8Array> | null | undefined) ?? undefined,
      signal,
    });
    return new Response(toBody(reply.body), { status: reply.status, headers: reply.headers });
  };
}

function toBody(body: MetricsResponse['body']): Response['body'] | Uint8Array<ArrayBuffer> | null {
  if (body === undefined) return null;
  return body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : ReadableStream.from(body);
}
