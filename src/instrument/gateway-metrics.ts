import { Registry } from 'prom-client';
import { GatewayzMetricsError } from '../errors.js';
import {
  createExpressErrorMiddleware,
  createExpressMiddleware,
  type ExpressErrorMiddleware,
  type ExpressMiddleware,
} from './express-middleware.js';
import { createFastifyPlugin, type FastifyPlugin } from './fastify-plugin.js';
import { createInstruments, type MetricsRegistry } from './instruments.js';
import { createIntake } from './intake.js';
import { createMetricsHandler, type MetricsHandler } from './metrics-handler.js';
import { createRecorders, type Recorders } from './recorders.js';
import { createRequestTracker, type TrackRequest } from './request-tracker.js';

export interface GatewayMetricsOptions {
  /** Where the metrics are registered; default: a registry of its own, never prom-client's global one. */
  readonly registry?: MetricsRegistry;
  /** The `app_name` label; default `gatewayz`. */
  readonly appName?: string;
  /** How many different pairs of provider and model are told apart, default 20000; for later ones `model` is `other`. */
  readonly maxPairs?: number;
}

/**
 * The metrics of one gateway. Nothing in here throws into the gateway: a value that cannot be right (not a number,
 * negative, an empty name) is ignored and counts in `gatewayz_instrument_rejected_total{reason}`.
 */
export interface GatewayMetrics extends Recorders {
  readonly registry: MetricsRegistry;
  /** `app.register(fastify)`, before the routes. */
  readonly fastify: FastifyPlugin;
  /** `app.use(express)`, before the routes. */
  readonly express: ExpressMiddleware;
  /** `app.use(expressErrors)`, after the routes and before other error handlers: counts exceptions and passes them on. */
  readonly expressErrors: ExpressErrorMiddleware;
  /** The HTTP hook itself, for other frameworks. */
  readonly trackRequest: TrackRequest;
  /** What `GET /metrics` answers. Rejects only if a metric that the host put into the registry does. */
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** `GET /metrics` for Express and `node:http`. */
  readonly handler: MetricsHandler;
}

/** Throws `settings_invalid` for an option that cannot be used, or a registry that has one of the metrics already. */
export function createGatewayMetrics(options: GatewayMetricsOptions = {}): GatewayMetrics {
  const { registry = new Registry(), appName = 'gatewayz', maxPairs = 20_000 } = options;
  if (typeof appName !== 'string' || appName === '') {
    throw new GatewayzMetricsError('settings_invalid', `appName: expected a non-empty string, got ${typeof appName}`);
  }
  if (!Number.isSafeInteger(maxPairs) || maxPairs < 1) {
    throw new GatewayzMetricsError('settings_invalid', `maxPairs: expected a whole number from 1, got ${maxPairs}`);
  }
  const instruments = createInstruments(registry);
  const intake = createIntake(instruments, maxPairs);
  const recorders = createRecorders(instruments, intake, appName);
  const trackRequest = createRequestTracker(instruments, intake, appName);
  const metrics = async () => ({ contentType: registry.contentType, body: await registry.metrics() });

  return {
    ...recorders,
    registry,
    trackRequest,
    fastify: createFastifyPlugin(trackRequest, recorders.recordException, intake.guard),
    express: createExpressMiddleware(trackRequest, intake.guard),
    expressErrors: createExpressErrorMiddleware(recorders.recordException),
    metrics,
    handler: createMetricsHandler(metrics),
  };
}
