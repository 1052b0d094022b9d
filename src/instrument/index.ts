export type { ExpressErrorMiddleware, ExpressMiddleware } from './express-middleware.js';
export type { FastifyLike, FastifyPlugin } from './fastify-plugin.js';
export { createGatewayMetrics, type GatewayMetrics, type GatewayMetricsOptions } from './gateway-metrics.js';
export type { MetricsRegistry } from './instruments.js';
export type { MetricsHandler } from './metrics-handler.js';
export type { Inference, ProviderHealth, Recorders } from './recorders.js';
export type { RequestEnd, RequestStart, TrackRequest } from './request-tracker.js';
