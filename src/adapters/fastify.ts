import { Readable } from 'node:stream';
import type { MetricsResponse } from '../http/message.js';
import { createMetrics, type Metrics, type MetricsOptions } from '../metrics.js';
import type { FastifyLike, FastifyReplyLike, FastifyRequestLike } from './fastify-like.js';
import { disconnectSignal } from './node.js';
import { withVary } from './with-vary.js';

const commonMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * Adds the endpoints to a Fastify 4 or 5 instance, below its prefix and `METRICS_PREFIX`. Hooks of the calling scope run for them; they close
 * with the instance. Log lines go to the instance's logger unless `options.logger` is set. The routes are hidden from the application's
 * OpenAPI document.
 *
 * @throws {GatewayzMetricsError} settings_invalid or catalogue_invalid, listing every problem
 * @example
 * const app = Fastify();
 * await setupPrometheusRoutes(app, { prometheusUrl: 'http://prometheus:9090' });
 * await app.listen({ port: 8000 });
 */
export async function setupPrometheusRoutes(fastify: FastifyLike, options: MetricsOptions = {}): Promise<Metrics> {
  const metrics = await createMetrics({ logger: fastify.log, ...options });
  const { metricsPrefix, datasource, metricsConsole } = metrics.settings;
  const base = `${metricsPrefix}/metrics`;
  const api = `${metricsPrefix}/api/v1`;
  const methods = [...(fastify.supportedMethods ?? commonMethods)];
  const others = methods.filter((method) => method !== 'GET' && method !== 'HEAD');
  const urlOf = urlReader(fastify.prefix, metrics);
  const hidden = { exposeHeadRoute: false, schema: { hide: true } } as const;

  // Exact routes: the router takes longer to match a wildcard.
  const page = `${metricsPrefix}/console`;
  for (const url of [...metrics.paths, `${base}/*`, ...(metricsConsole === true ? [page, `${page}/*`] : [])]) {
    const handler = answerWith(metrics, urlOf(url));
    fastify.route({ ...hidden, url, handler, method: ['GET', 'HEAD'] });
    // Other methods are refused before Fastify parses a body.
    fastify.route({ ...hidden, url, handler, method: others, onRequest: handler });
  }
  if (datasource) {
    // A scope of its own, without body parsers: the data source reads the body.
    await fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', async (_request, payload) => payload);
      for (const url of [api, `${api}/*`]) {
        scope.route({ ...hidden, url, handler: answerWith(metrics, urlOf(url)), method: methods });
      }
    });
  }
  fastify.addHook('onClose', () => metrics.close());
  return metrics;
}

type UrlOf = (request: FastifyRequestLike) => string;

/**
 * Reads the path and query of a request without the scope's prefix. The matched route decides, because the router may accept other
 * spellings of it: another case, percent-encoding, double slashes, the absolute form.
 */
function urlReader(prefix: string, metrics: Pick<Metrics, 'owns'>): (route: string) => UrlOf {
  // Segments, because the prefix may have parameters.
  const depth = prefix.split('/').filter((segment) => segment !== '').length;
  const withoutPrefix = (url: string): string =>
    depth === 0
      ? url
      : `/${url
          .split('/')
          .slice(depth + 1)
          .join('/')}`;
  const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');
  return (route) => {
    if (!route.endsWith('*')) return ({ url }) => route + queryOf(url);
    return ({ url, params }) => {
      // Undecoded where possible: `%2F` in a label name is not a slash.
      const sent = withoutPrefix(url);
      if (url.startsWith('/') && metrics.owns(sent)) return sent;
      return route.slice(0, -1) + encodeURI((params as { readonly '*': string })['*']) + queryOf(url);
    };
  };
}

/** Synchronous where nothing waits: a promise would cost more than the rest. */
function answerWith(metrics: Pick<Metrics, 'handle'>, urlOf: UrlOf) {
  return (request: FastifyRequestLike, reply: FastifyReplyLike): void => {
    const { method, headers, ip: remoteAddress, body } = request;
    let signal: ReturnType<typeof disconnectSignal> | undefined;
    const answer = metrics.handle({
      method,
      url: urlOf(request),
      headers,
      remoteAddress,
      body: body instanceof Readable ? body : undefined,
      get signal() {
        signal ??= disconnectSignal(reply.raw);
        return signal;
      },
    });
    if (answer instanceof Promise) void answer.then((value) => send(reply, value));
    else send(reply, answer);
  };
}

function send(reply: FastifyReplyLike, { status, headers, body }: MetricsResponse): void {
  const isWhole = body === undefined || body instanceof Uint8Array;
  try {
    reply
      .code(status)
      .headers(withVary(reply.getHeader('vary'), headers))
      .send(isWhole ? body : Readable.from(body, { objectMode: false }));
  } catch {
    reply.raw.destroy();
  }
}
