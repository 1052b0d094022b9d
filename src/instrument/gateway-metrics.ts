import { Registry } from 'prom-client';
import { GatewayzMetricsError } from '../errors.js';
import {
  createExpressErrorMiddleware,
  createExpressMiddleware,
  type ExpressErrorMiddleware,
  type ExpressMiddleware,
} from './express-middleware.js';
import { createFastifyPlugin, type FastifyPlugin } from './fastify-plugin.js';
import { createInputValidator } from './input-validator.js';
import { createInstruments, type MetricsRegistry } from './instruments.js';
import { createMetricsHandler, type MetricsHandler } from './metrics-handler.js';
import { createRecorders, type Recorders } from './recorders.js';
import { createRequestTracker, type TrackRequest } from './request-tracker.js';
import { warnInClusterWorker } from './warn-in-cluster-worker.js';

export interface GatewayMetricsOptions {
  /** prom-client registry; default: a new one, never prom-client's global registry. */
  readonly registry?: MetricsRegistry;
  /** Value of the `app_name` label; default `gatewayz`. */
  readonly appName?: string;
  /**
   * Paths whose requests are not recorded, with everything below them; default `/metrics` and `/prometheus`. Scrapes, dashboard
   * polls and health checks are not gateway traffic.
   */
  readonly ignoredPaths?: readonly string[];
  /** Maximum number of provider-model pairs, default 20000; further models are recorded as `other`. */
  readonly maxPairs?: number;
}

/**
 * Instrumentation of one gateway. No method throws: an invalid value (not a number, negative, an empty name) is ignored and
 * counted in `gatewayz_instrument_rejected_total{reason}`.
 */
export interface GatewayMetrics extends Recorders {
  readonly registry: MetricsRegistry;
  /**
   * Fastify plugin with the HTTP metrics of the scope that it is registered in.
   *
   * @example
   * await app.register(instruments.fastify);
   */
  readonly fastify: FastifyPlugin;
  /**
   * Express middleware with the HTTP metrics, before the gateway's own routes.
   *
   * @example
   * app.get('/metrics', instruments.handler);
   * app.use(instruments.express);
   */
  readonly express: ExpressMiddleware;
  /**
   * Express error middleware that counts exceptions and passes them on; after the routes, before other error handlers.
   *
   * @example
   * app.use(instruments.expressErrors);
   */
  readonly expressErrors: ExpressErrorMiddleware;
  /**
   * Records one HTTP request, for other frameworks. Call the returned function when the response has ended.
   *
   * @example
   * const end = instruments.trackRequest({ method: 'POST', path: '/v1/chat/completions' });
   * response.once('close', () => end({ status: response.statusCode }));
   */
  readonly trackRequest: TrackRequest;
  /**
   * Exposition text for `GET /metrics`. Rejects only if a metric that the host added to the registry does.
   *
   * @example
   * const { contentType, body } = await instruments.metrics();
   */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  /**
   * Request handler of `GET /metrics` for Express and `node:http`.
   *
   * @example
   * app.get('/metrics', instruments.handler);
   */
  readonly handler: MetricsHandler;
}

/**
 * Creates the instrumentation of a gateway: recorders, HTTP hooks and the `/metrics` text.
 *
 * @example
 * const instruments = createGatewayMetrics({ appName: 'chat-gateway' });
 * @throws {GatewayzMetricsError} settings_invalid for an invalid option, or a registry that already has one of the metrics
 */
export function createGatewayMetrics(options: GatewayMetricsOptions = {}): GatewayMetrics {
  const { registry = new Registry(), appName = 'gatewayz', maxPairs = 20_000 } = options;
  const { ignoredPaths = ['/metrics', '/prometheus'] } = options;
  if (typeof appName !== 'string' || appName === '') {
    throw new GatewayzMetricsError('settings_invalid', `appName: expected a non-empty string, got ${typeof appName}`);
  }
  if (!Number.isSafeInteger(maxPairs) || maxPairs < 1) {
    throw new GatewayzMetricsError('settings_invalid', `maxPairs: expected a whole number from 1, got ${maxPairs}`);
  }
  if (!Array.isArray(ignoredPaths) || !ignoredPaths.every((path) => /^\/.*[^/]$/.test(path))) {
    throw new GatewayzMetricsError('settings_invalid', 'ignoredPaths: expected a list of paths such as "/metrics"');
  }
  const instruments = createInstruments(registry);
  const validator = createInputValidator(instruments, maxPairs);
  const recorders = createRecorders(instruments, validator, appName);
  const trackRequest = createRequestTracker(instruments, validator, { appName, ignoredPaths });
  const metrics = async () => {
    await warnInClusterWorker();
    return { contentType: registry.contentType, body: await registry.metrics() };
  };

  return {
    ...recorders,
    registry,
    trackRequest,
    fastify: createFastifyPlugin(trackRequest, recorders.recordException, validator.guard),
    express: createExpressMiddleware(trackRequest, validator.guard),
    expressErrors: createExpressErrorMiddleware(recorders.recordException),
    metrics,
    handler: createMetricsHandler(metrics),
  };
}
