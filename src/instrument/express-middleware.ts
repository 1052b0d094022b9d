import { isServerFault } from './exception-type.js';
import { type RoutedRequest, watchRoute } from './express-route.js';
import type { Intake } from './intake.js';
import type { TrackRequest } from './request-tracker.js';
import { declaredBytes, onResponseEnd, type ServerResponseLike } from './response-end.js';

interface RequestLike extends RoutedRequest {
  readonly method: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

interface ResponseLike extends ServerResponseLike {
  getHeader(name: string): unknown;
}

type Next = (error?: unknown) => void;

/** For `app.use`, before the routes. */
export type ExpressMiddleware = (request: RequestLike, response: ResponseLike, next: Next) => void;

/** For `app.use`, after the routes. */
export type ExpressErrorMiddleware = (error: unknown, request: unknown, response: unknown, next: Next) => void;

/**
 * Express 4 and 5. The route is chosen later, so a request in progress has the path `pending`; one without a route ends
 * as `unmatched`.
 */
export function createExpressMiddleware(track: TrackRequest, guard: Intake['guard']): ExpressMiddleware {
  const begin = guard('express', (request: RequestLike, response: ResponseLike) => {
    const route = watchRoute(request, guard);
    const end = track({
      method: request.method,
      path: 'pending',
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

export function createExpressErrorMiddleware(recordException: (error: unknown) => void): ExpressErrorMiddleware {
  return (error, _request, _response, next) => {
    if (isServerFault(error)) recordException(error instanceof Error ? error : typeof error);
    next(error);
  };
}
