import { createMetrics, type Metrics, type MetricsOptions } from '../metrics.js';
import { addDatasourceRoutes, type FastifyScopeLike } from './fastify-datasource.js';
import type { FastifyReplyLike, FastifyRequestLike } from './fastify-like.js';

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
    onRequest: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;
    handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;
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
    `/${url
      .split('/')
      .slice(depth + 1)
      .join('/')}`;

  const handler = async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const { method, headers } = request;
    const url = urlOf(request);
    const { status, headers: given, body } = await metrics.handle({ method, url, headers, remoteAddress: request.ip });
    return reply
      .code(status)
      .headers({ ...given })
      .send(body);
  };
  // A method that is not allowed is refused before Fastify reads a body, which it might refuse in another way.
  const onRequest = async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> =>
    request.method === 'GET' || request.method === 'HEAD' ? undefined : handler(request, reply);
  const method = [...(fastify.supportedMethods ?? commonMethods)];
  for (const url of [base, `${base}/*`]) fastify.route({ method, url, exposeHeadRoute: false, onRequest, handler });
  const { datasource, settings } = metrics;
  if (datasource) {
    const api = `${settings.metricsPrefix}/api/v1`;
    const added = { datasource, urls: [api, `${api}/*`], methods: method, urlOf };
    await fastify.register(async (scope) => addDatasourceRoutes(scope, added));
  }
  fastify.addHook('onClose', () => metrics.close());
  return metrics;
}
