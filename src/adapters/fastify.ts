import { createMetrics, type Metrics, type MetricsOptions } from '../metrics.js';

/** What we need of a Fastify instance (4 or 5); structural, so that the host's own version is used. */
export interface FastifyLike {
  readonly prefix: string;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  route(definition: {
    method: string[];
    url: string;
    exposeHeadRoute?: boolean;
    handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => unknown;
  }): unknown;
  addHook(name: 'onClose', hook: () => Promise<void>): unknown;
}

export interface FastifyRequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FastifyReplyLike {
  code(status: number): FastifyReplyLike;
  headers(values: Record<string, string>): FastifyReplyLike;
  send(body?: unknown): unknown;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Adds the endpoints to a Fastify instance, below its own prefix and `METRICS_PREFIX`. Hooks of the calling scope run for
 * them; they end with the instance. Log lines go to the instance's logger unless another is given.
 */
export async function setupPrometheusRoutes(fastify: FastifyLike, options: MetricsOptions = {}): Promise<Metrics> {
  const metrics = await createMetrics({ logger: fastify.log, ...options });
  const base = `${metrics.settings.metricsPrefix}/metrics`;
  const outer = fastify.prefix;
  const handler = async (request: FastifyRequestLike, reply: FastifyReplyLike): Promise<unknown> => {
    const { method, headers } = request;
    const url = request.url.slice(outer.length);
    const { status, headers: given, body } = await metrics.handle({ method, url, headers });
    return reply
      .code(status)
      .headers({ ...given })
      .send(body);
  };
  for (const url of [base, `${base}/*`]) fastify.route({ method: methods, url, exposeHeadRoute: false, handler });
  fastify.addHook('onClose', () => metrics.close());
  return metrics;
}
