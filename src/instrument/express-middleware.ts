import { isServerError } from './exceptions.js';
import { type RoutedRequest, watchRoute } from './express-route.js';
import type { InputValidator } from './input-validator.js';
import type { TrackRequest } from './request-tracker.js';
import { declaredBytes, onResponseEnd, type ServerResponseLike } from './response-end.js';

interface RequestLike extends RoutedRequest {
  readonly method: string;
  readonly originalUrl?: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

interface ResponseLike extends ServerResponseLike {
  getHeader(name: string): unknown;
}

type Next = (error?: unknown) => void;

/** Middleware for `app.use`, before the routes. */
export type ExpressMiddleware = (request: RequestLike, response: ResponseLike, next: Next) => void;

/** Error middleware for `app.use`, after the routes. */
export type ExpressErrorMiddleware = (error: unknown, request: unknown, response: unknown, next: Next) => void;

/**
 * HTTP metrics for Express 4 and 5. Express matches the route later, so a request in progress has the path `pending`; one
 * without a route ends as `unmatched`.
 */
export function createExpressMiddleware(track: TrackRequest, guard: InputValidator['guard']): ExpressMiddleware {
  const begin = guard('express', (request: RequestLike, response: ResponseLike) => {
    const route = watchRoute(request, guard);
    const end = track({
      method: request.method,
      path: 'pending',
      url: request.originalUrl,
      bytes: declaredBytes(request.headers['content-length']),
    });
    const ended = (status: number) =>
      end({ status, path: route() ?? 'unmatched', bytes: declaredBytes(response.getHeader('content-length')) });
    onResponseEnd(response, guard('express', ended));
  });
  return (request, response, next) => {
    begin(request, response);
    next();
  };
}

/** Counts server-side exceptions and passes them on. */
export function createExpressErrorMiddleware(recordException: (error: unknown) => void): ExpressErrorMiddleware {
  return (error, _request, _response, next) => {
    if (isServerError(error)) recordException(error instanceof Error ? error : typeof error);
    next(error);
  };
}
