import { belowMetrics } from '../http/below-metrics.js';
import type { Metrics } from '../metrics.js';
import { type NodeRequestLike, type NodeResponseLike, nodeHandler } from './node.js';

export type ExpressHandler = (request: NodeRequestLike, response: NodeResponseLike, next: () => void) => void;

/**
 * A middleware for Express 4 and 5, connect and their like. It answers what is below `<prefix>/metrics`, and the datasource
 * where it is on, and passes on everything else. Use it before body parsers: forms of the datasource must come unread.
 *
 * Mounted under a path, that path comes before the prefix: `app.use('/internal', …)` gives
 * `/internal/prometheus/metrics/summary`. With the prefix `/` the mount point is all: `app.use('/observability', …)` gives
 * `/observability/metrics/summary`.
 */
export function expressHandler(
  metrics: Pick<Metrics, 'handle' | 'settings'> & Partial<Pick<Metrics, 'datasource'>>,
): ExpressHandler {
  const answer = nodeHandler(metrics);
  const isOurs = belowMetrics(metrics.settings.metricsPrefix);
  return (request, response, next) => {
    // Both frameworks cut the mount point off `url`; `originalUrl` keeps it.
    const { url = '' } = request;
    if (isOurs(url) || metrics.datasource?.owns(url)) answer(request, response);
    else next();
  };
}
