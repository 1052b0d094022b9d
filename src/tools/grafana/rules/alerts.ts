import { downErrorRate } from '../../../catalogue/thresholds.js';
import { targets } from '../queries/expressions.js';
import type { Queries } from '../queries/queries.js';
import { uids } from '../uids.js';
import {
  creditsAgainstBaseline,
  errorBurn,
  latencyBurn,
  type Objectives,
  sustained,
} from './service-level-objectives.js';

/** An alert rule for Prometheus or Grafana. It fires when `value` has been beyond `threshold` for `pendingFor`. */
export interface Alert {
  readonly name: string;
  /** PromQL; has a value whenever its data exists, also while nothing is wrong. */
  readonly value: string;
  readonly fires: 'above' | 'below';
  readonly threshold: number;
  /** Prometheus duration. */
  readonly pendingFor: string;
  /** Rule group; `slow` is for expensive queries over long windows. */
  readonly group: 'normal' | 'slow';
  readonly severity: 'critical' | 'warning';
  /** Template; labels as `{{ $labels.x }}`, the value as `$value`. */
  readonly summary: string;
  readonly description: string;
  /** Dashboard uid, and title of the panel that shows the history of the value. */
  readonly dashboard: string;
  readonly panel: string;
}

/** Evaluation interval of each rule group. */
export const groupIntervals: Readonly<Record<Alert['group'], string>> = { normal: '1m', slow: '5m' };

/** All alerts. The runbook has a section for each name. */
export function alerts(queries: Queries, objectives: Objectives): readonly Alert[] {
  return [
    ...providerAlerts(queries),
    ...burnAlerts(queries, objectives),
    ...trafficAlerts(queries),
    ...serviceAlerts(queries),
  ];
}

function providerAlerts({ row }: Queries): readonly Alert[] {
  return [
    {
      name: 'GatewayzProviderDown',
      // The error rate first: a derived availability is 0 as soon as half of the requests fail and says less.
      value: `(${row('provider_error_rate')}) > ${downErrorRate} or ((${row('provider_availability')}) == bool 0)`,
      fires: 'above',
      threshold: downErrorRate,
      pendingFor: '5m',
      group: 'normal',
      severity: 'warning',
      summary:
        'Provider {{ $labels.provider }} is down: {{ $value | humanizePercentage }} of its inference requests fail.',
      description: 'More than half of the requests fail, or the gateway reports availability 0 (shown as 100 %).',
      dashboard: uids.providers,
      panel: 'State',
    },
  ];
}

function burnAlerts({ gateway }: Queries, objectives: Objectives): readonly Alert[] {
  const { availability, latency, latencySeconds } = objectives;
  const budgets = [
    {
      name: 'ErrorBudget',
      burn: errorBurn,
      what: 'Availability',
      promise: `${availability} % of HTTP requests without 5xx`,
      panel: 'Availability budget burn',
    },
    {
      name: 'LatencyBudget',
      burn: latencyBurn,
      what: 'Latency',
      promise: `${latency} % of inference requests within ${latencySeconds} s`,
      panel: 'Latency budget burn',
    },
  ];
  // Burn rates of the SRE workbook for a 30-day budget: 2 % of it in one hour, 5 % in six hours.
  const speeds = [
    { name: 'Fast', long: '1h', short: '5m', threshold: 14.4, lasting: '2m', pace: 'normal', severity: 'critical' },
    { name: 'Slow', long: '6h', short: '30m', threshold: 6, lasting: '15m', pace: 'slow', severity: 'warning' },
  ] as const;
  return budgets.flatMap(({ name, burn, what, promise, panel }) =>
    speeds.map(
      (speed): Alert => ({
        name: `Gatewayz${name}${speed.name}Burn`,
        value: gateway(sustained(burn(objectives, speed.long), burn(objectives, speed.short))),
        fires: 'above',
        threshold: speed.threshold,
        pendingFor: speed.lasting,
        group: speed.pace,
        severity: speed.severity,
        summary: `${what} error budget burns at {{ printf "%.1f" $value }} times the allowed rate, over ${speed.short} and ${speed.long}.`,
        description: `Objective: ${promise} over 30 days. Fires above ${speed.threshold}.`,
        dashboard: uids.overview,
        panel,
      }),
    ),
  );
}

function trafficAlerts({ gateway }: Queries): readonly Alert[] {
  const requests = 'model_inference_requests_total';
  return [
    {
      name: 'GatewayzTargetDown',
      value: gateway(`min by (job, instance) (${targets})`),
      fires: 'below',
      threshold: 1,
      pendingFor: '2m',
      group: 'normal',
      severity: 'critical',
      summary:
        'Prometheus cannot scrape {{ $labels.instance }} of job {{ $labels.job }} (up is {{ printf "%.0f" $value }}).',
      description:
        'The gateway instance does not respond to scrapes of its /metrics. Its values are missing from all totals.',
      dashboard: uids.http,
      panel: 'Targets',
    },
    {
      name: 'GatewayzNoTraffic',
      value: gateway(`sum(increase(${requests}[10m])) or sum(0 * absent_over_time(${requests}[10m]))`),
      fires: 'below',
      threshold: 1,
      pendingFor: '5m',
      group: 'normal',
      severity: 'critical',
      summary: 'No traffic: {{ printf "%.0f" $value }} inference requests in 10 minutes.',
      description: 'Either the gateway receives no requests, or Prometheus has no matching series of it.',
      dashboard: uids.models,
      panel: 'Requests by outcome',
    },
    {
      name: 'GatewayzCreditsAboveBaseline',
      value: gateway(creditsAgainstBaseline()),
      fires: 'above',
      threshold: 3,
      pendingFor: '15m',
      group: 'slow',
      severity: 'warning',
      summary: 'Credits are charged at {{ printf "%.1f" $value }} times the baseline rate.',
      description: 'Credits of the last hour, relative to the same hour one day or one week ago, whichever was higher.',
      dashboard: uids.business,
      panel: 'Credits against baseline',
    },
  ];
}

function serviceAlerts({ service }: Queries): readonly Alert[] {
  const perInstance = (aggregation: string, vector: string): string => `${aggregation} by (job, instance) (${vector})`;
  const up = perInstance('max', 'gatewayz_metrics_upstream_up');
  const age = perInstance('max', 'time() - gatewayz_metrics_snapshot_timestamp_seconds');
  const refreshes = perInstance('sum', 'increase(gatewayz_metrics_refreshes_total[5m])');
  const failures = perInstance('sum', 'increase(gatewayz_health_service_scrape_errors_total[5m])');
  return [
    {
      name: 'GatewayzSnapshotStale',
      // Infinite if there never was a snapshot. Without requests nothing is refreshed, and nothing is stale.
      value: service(`(${age} or 1 / (0 * ${up})) * (1 - ${up}) * (${refreshes} > bool 0) >= 0`),
      fires: 'above',
      threshold: 60,
      pendingFor: '1m',
      group: 'normal',
      severity: 'warning',
      summary:
        '{{ $labels.instance }} serves values that are {{ $value | humanizeDuration }} old, because refreshes from Prometheus fail.',
      description: 'Last good values are served as stale until METRICS_STALE_LIMIT.',
      dashboard: uids.thisService,
      panel: 'Snapshot age',
    },
    {
      name: 'GatewayzHealthServiceDown',
      value: service(`(1 - ${perInstance('max', 'gatewayz_health_service_up')}) * clamp_min(${failures}, 1)`),
      fires: 'above',
      threshold: 0,
      pendingFor: '3m',
      group: 'normal',
      severity: 'warning',
      summary:
        'The Health Service is down as seen from {{ $labels.instance }}: {{ printf "%.0f" $value }} failed requests in 5 minutes.',
      description: 'GET /health fails. Last good values are served until METRICS_STALE_LIMIT.',
      dashboard: uids.healthService,
      panel: 'Up',
    },
  ];
}
