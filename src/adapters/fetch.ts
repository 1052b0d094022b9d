import type { Metrics } from '../metrics.js';

/** What is needed of a `Request`. */
export interface FetchRequestLike {
  readonly method: string;
  /** Absolute, as in every `Request`. */
  readonly url: string;
  readonly headers: { forEach(visit: (value: string, name: string) => void): void };
}

export type FetchHandler = (request: FetchRequestLike) => Promise<Response>;

/**
 * A handler for servers that speak `Request` and `Response`, such as Hono. It answers everything that it is given, with 404
 * what is not below `<prefix>/metrics`; never rejects.
 *
 * In Hono `app.all('/prometheus/*', ({ req }) => handler(req.raw))`, or under a path of the host, which then comes before the
 * prefix, `app.mount('/internal', handler)`.
 */
export function fetchHandler(metrics: Pick<Metrics, 'handle'>): FetchHandler {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers: Record<string, string> = {};
    request.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const {
      status,
      headers: given,
      body,
    } = await metrics.handle({
      method: request.method,
      url: pathname + search,
      headers,
    });
    return new Response((body as Uint8Array<ArrayBuffer> | undefined) ?? null, { status, headers: given });
  };
}
