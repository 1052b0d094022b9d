import type { Criterion } from '../report.js';
import type { Summary } from './read-summary.js';
import type { ServiceMetrics } from './service-metrics.js';

/** Settings of the service that its responses do not contain, in seconds. */
export interface RefreshSettings {
  readonly evaluationDelay: number;
  /** Used if the service does not report the effective interval. */
  readonly refreshInterval: number;
  readonly prometheusTimeout: number;
  readonly staleLimit: number;
}

/** Names are fixed; a test holds them against the metrics that there are. */
export const ownNames = {
  interval: 'gatewayz_metrics_refresh_interval_seconds',
  skew: 'gatewayz_metrics_upstream_clock_skew_seconds',
  upstreamUp: 'gatewayz_metrics_upstream_up',
  refreshes: 'gatewayz_metrics_refreshes_total',
  requests: 'gatewayz_metrics_http_requests_total',
  healthErrors: 'gatewayz_health_service_scrape_errors_total',
} as const;

/** Maximum age of values in seconds: the delay, two refreshes, and one query timeout. */
export function ageBudget(metrics: ServiceMetrics | undefined, settings: RefreshSettings): number {
  const interval = metrics?.value(ownNames.interval) ?? settings.refreshInterval;
  return settings.evaluationDelay + 2 * interval + settings.prometheusTimeout;
}

/** The settings behind the budget that the service does not report. */
const known =
  '(from METRICS_EVALUATION_DELAY and PROMETHEUS_TIMEOUT in the environment of this check, or their defaults)';

/** Whether the values are recent, none of them cached from an earlier refresh, and the clocks agree. */
export function checkFreshness(
  summary: Summary | undefined,
  metrics: ServiceMetrics | undefined,
  settings: RefreshSettings,
): Criterion {
  const budget = ageBudget(metrics, settings);
  const criterion = { id: 'fresh', budget };
  if (!summary) return { ...criterion, ok: false, value: null, detail: 'there is no summary to judge' };
  const { age_seconds: value, status, stale } = summary;
  const cached = Object.entries(stale);
  const skew = metrics?.value(ownNames.skew) ?? 0;
  const allowedSkew = Math.max(1, settings.evaluationDelay);
  const problems = [
    ...(status === 'stale'
      ? [
          'the last refresh failed, and the values are those of the last good one; the log of the service has the reason',
        ]
      : []),
    ...(value > budget ? [`the values are ${value} s old; at most ${budget} s expected ${known}`] : []),
    ...(status !== 'stale' && cached.length > 0
      ? [`last good values of an earlier refresh: ${cached.map(([f, age]) => `${f} (${age} s)`).join(', ')}`]
      : []),
    ...(Math.abs(skew) > allowedSkew
      ? [`the clock of Prometheus is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} ours: set both by NTP`]
      : []),
  ];
  const every = metrics?.value(ownNames.interval);
  const refreshed = every === undefined ? '' : `, refreshed every ${every} s`;
  const detail = problems.length > 0 ? problems.join('; ') : `${value} s old${refreshed}; at most ${budget} s expected`;
  return { ...criterion, ok: problems.length === 0, value, detail };
}
