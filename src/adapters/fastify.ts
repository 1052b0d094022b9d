import type { MetricsResponse } from '../http/message.js';
import { createMetrics, type Metrics, type MetricsOptions } from '../metrics.js';
import { addDatasourceRoutes, type FastifyScopeLike } from './fastify-datasource.js';
import type { FastifyReplyLike, FastifyRequestLike } from './fastify-like.js';
import { withVary } from './with-vary.js';

/** What we need of a Fastify instance (4 or 5); structural, so that the host's own version is used. */
export interface FastifyLike {
  readonly prefix: string;
  /** Fastify 5: every method that it routes. */
  readonly supportedMethods?: readonly string[];
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  route(definition: {
    method: string[];
    url: string;
    exposeHeadRoute: boolean;
    onRequest?: (request: FastifyRequestLike, reply: FastifyReplyLike) => void;
    handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => void;
  }): unknown;
  register(plugin: (scope: FastifyScopeLike) => Promise<void>): PromiseLike<unknown>;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

const commonMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Adds the endpoints to a Fastify instance, below its own prefix and `METRICS_PREFIX`. Hooks of the calling scope run for
 * them; they end with the instance. Log lines go to the instance's logger unless another is given.
 */
export async function setupPrometheusRoutes(fastify: FastifyLike, options: MetricsOptions = {}): Promise<Metrics> {
  const metrics = await createMetrics({ logger: fastify.log, ...options });
  const base = `${metrics.settings.metricsPrefix}/metrics`;
  // Segments, not characters: the prefix may have parameters.
  const depth = fastify.prefix.split('/').filter((segment) => segment !== '').length;

  const urlOf = ({ url }: FastifyRequestLike): string =>
    depth === 0
      ? url
      : `/${url
          .split('/')
          .slice(depth + 1)
          .join('/')}`;

  // Without a promise where there is no wait: it would cost more than all the rest.
  const handler = (request: FastifyRequestLike, reply: FastifyReplyLike): void => {
    const { method, headers } = request;
    const answer = metrics.handle({ method, url: urlOf(request), headers, remoteAddress: request.ip });
    if (answer instanceof Promise) void answer.then((given) => send(reply, given));
    else send(reply, answer);
  };
  const methods = [...(fastify.supportedMethods ?? commonMethods)];
  const others = methods.filter((method) => method !== 'GET' && method !== 'HEAD');
  // Those that there are have routes of their own: a wildcard takes the router longer.
  for (const url of [...metrics.paths, `${base}/*`]) {
    const route = { url, exposeHeadRoute: false, handler };
    fastify.route({ ...route, method: ['GET', 'HEAD'] });
    // A method that is not allowed is refused before Fastify reads a body, which it might refuse in another way.
    fastify.route({ ...route, method: others, onRequest: handler });
  }
  const { datasource, settings } = metrics;
  if (datasource) {
    const api = `${settings.metricsPrefix}/api/v1`;
    const added = { datasource, urls: [api, `${api}/*`], methods, urlOf };
    await fastify.register(async (scope) => addDatasourceRoutes(scope, added));
  }
  fastify.addHook('onClose', () => metrics.close());
  return metrics;
}

function send(reply: FastifyReplyLike, { status, headers, body }: MetricsResponse): void {
  reply
    .code(status)
    .headers(withVary(reply.getHeader('vary'), headers))
    .send(body);
}
