import { isServerError } from './exceptions.js';
import type { InputValidator } from './input-validator.js';
import type { TrackRequest } from './request-tracker.js';
import { declaredBytes, onResponseEnd, type ServerResponseLike } from './response-end.js';

interface RequestLike {
  readonly method: string;
  readonly originalUrl?: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly routeOptions: { readonly url?: string | undefined };
}

interface ReplyLike {
  readonly raw: ServerResponseLike;
  getHeader(name: string): unknown;
}

type Done = () => void;

/** The part of a Fastify instance (4.10 or later) that the plugin uses. */
export interface FastifyLike {
  addHook(name: 'onRequest', hook: (request: RequestLike, reply: ReplyLike, done: Done) => void): unknown;
  addHook(name: 'onError', hook: (request: RequestLike, reply: ReplyLike, error: Error, done: Done) => void): unknown;
}

/** Plugin for `app.register`. */
export type FastifyPlugin = (app: FastifyLike, options: unknown, done: Done) => void;

/** HTTP metrics for the Fastify scope it is registered in. A request without a route has the path `unmatched`. */
export function createFastifyPlugin(
  track: TrackRequest,
  recordException: (error: Error) => void,
  guard: InputValidator['guard'],
): FastifyPlugin {
  const begin = guard('fastify', (request: RequestLike, reply: ReplyLike) => {
    const end = track({
      method: request.method,
      path: request.routeOptions.url || 'unmatched',
      url: request.originalUrl ?? request.url,
      bytes: declaredBytes(request.headers['content-length']),
    });
    const ended = (status: number) => end({ status, bytes: declaredBytes(reply.getHeader('content-length')) });
    onResponseEnd(reply.raw, guard('fastify', ended));
  });
  const plugin: FastifyPlugin = (app, _options, done) => {
    app.addHook('onRequest', (request, reply, next) => {
      begin(request, reply);
      next();
    });
    app.addHook('onError', (_request, _reply, error, next) => {
      if (isServerError(error)) recordException(error);
      next();
    });
    done();
  };
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}
