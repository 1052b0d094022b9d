import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * A server of middlewares, each at a path that is cut off `url` while it runs, as connect and its like (Polka, Restify)
 * have it; they know nothing of Express.
 */
export function connectLike(
  middlewares: readonly (readonly [path: string, middleware: Middleware])[],
): RequestListener {
  return (request, response) => {
    const original = request.url ?? '/';
    const next = (index: number): void => {
      request.url = original;
      const [path, middleware] = middlewares[index] ?? [];
      if (path === undefined || middleware === undefined) {
        response.writeHead(404).end();
        return;
      }
      const inside = original === path || original.startsWith(`${path}/`) || original.startsWith(`${path}?`);
      if (path !== '' && !inside) {
        next(index + 1);
        return;
      }
      const rest = original.slice(path.length);
      request.url = rest.startsWith('/') ? rest : `/${rest}`;
      middleware(request, response, () => next(index + 1));
    };
    next(0);
  };
}
