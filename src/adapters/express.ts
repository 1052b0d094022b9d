import type { Metrics } from '../metrics.js';
import { type NodeRequestLike, type NodeResponseLike, nodeHandler } from './node.js';

export type ExpressHandler = (request: NodeRequestLike, response: NodeResponseLike, next: () => void) => void;

/**
 * Creates a middleware for Express 4 and 5, connect and compatible frameworks. It answers the requests that `metrics.owns`, and passes all
 * others to `next`. Use it before body parsers, because the data source reads forms from the request.
 *
 * The mount path comes before the prefix: `app.use('/internal', …)` serves `/internal/prometheus/metrics/summary`. With the prefix `/`,
 * `app.use('/observability', …)` serves `/observability/metrics/summary`.
 *
 * @example
 * const metrics = await createMetrics({ prometheusUrl: 'http://prometheus:9090' });
 * express().use(expressHandler(metrics)).listen(8000);
 */
export function expressHandler(metrics: Pick<Metrics, 'owns' | 'handle'>): ExpressHandler {
  const answer = nodeHandler(metrics);
  // Both frameworks remove the mount path from `url`; `originalUrl` keeps it.
  return (request, response, next) => (metrics.owns(request.url ?? '') ? answer(request, response) : next());
}
