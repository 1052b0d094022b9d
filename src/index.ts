export type { HostAuthorize } from './access/create-authorize.js';
export { setupPrometheusRoutes } from './adapters/fastify.js';
export { type ErrorCode, errorCodes, GatewayzMetricsError } from './errors.js';
export type { Logger } from './host-logger.js';
export type { Area } from './http/decision.js';
export type { MetricsRequest, MetricsResponse } from './http/message.js';
export { createMetrics, type Metrics, type MetricsOptions, type MetricsSnapshot } from './metrics.js';
export type { Options, Settings } from './settings/read-settings.js';
