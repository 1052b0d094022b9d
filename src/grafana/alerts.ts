import { creditsAgainstBaseline, errorBurn, latencyBurn, type Objectives, sustained } from './objectives.js';
import type { Queries } from './queries.js';
import { uids } from './uids.js';

/** One alert, for whatever evaluates it. It fires while `value` is on the wrong side of `threshold` for `lasting`. */
export interface Alert {
  readonly name: string;
  /** PromQL; has a value whenever its data is there, good times included. */
  readonly value: string;
  readonly fires: 'above' | 'below';
  readonly threshold: number;
  /** Prometheus durations. */
  readonly lasting: string;
  /** `slow` ones are costly and watch long windows. */
  readonly pace: 'normal' | 'slow';
  readonly severity: 'critical' | 'warning';
  /** Templates: labels as `{{ $labels.x }}`, the value as `$value`. */
  readonly summary: string;
  readonly description: string;
  /** Where to look: a dashboard, and the panel with the value's history. */
  readonly dashboard: string;
  readonly panel: string;
}

/** How often each pace is evaluated. */
export const paces: Readonly<Record<Alert['pace'], string>> = { normal: '1m', slow: '5m' };

/** Every alert; each has a section of its name in the runbook. */
export function alerts(queries: Queries, objectives: Objectives): readonly Alert[] {
  return [
    ...providerAlerts(queries),
    ...burnAlerts(queries, objectives),
    ...useAlerts(queries),
    ...sourceAlerts(queries),
  ];
}

function providerAlerts({ row }: Queries): readonly Alert[] {
  return [
    {
      name: 'GatewayzProviderDown',
      // A derived availability is 0 as soon as half of the requests fail: the rate first, it says more.
      value: `(${row('provider_error_rate')}) > 0.5 or ((${row('provider_availability')}) == bool 0)`,
      fires: 'above',
      threshold: 0.5,
      lasting: '5m',
      pace: 'normal',
      severity: 'warning',
      summary:
        'Provider {{ $labels.provider }} is down: {{ $value | humanizePercentage }} of its inference requests fail.',
      description: 'More than half of its requests fail, or the gateway reports availability 0, which counts as 100 %.',
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
      promise: `${availability} % of HTTP requests are answered without 5xx`,
      panel: 'Availability budget burn',
    },
    {
      name: 'LatencyBudget',
      burn: latencyBurn,
      what: 'Latency',
      promise: `${latency} % of inference requests take at most ${latencySeconds} s`,
      panel: 'Latency budget burn',
    },
  ];
  // Rates of the SRE workbook for a budget of 30 days: 2 % of it in an hour, 5 % of it in six.
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
        lasting: speed.lasting,
        pace: speed.pace,
        severity: speed.severity,
        summary: `${what} budget burns {{ printf "%.1f" $value }} times faster than allowed, over ${speed.short} and over ${speed.long}.`,
        description: `The objective: ${promise}, over 30 days. Alerts above ${speed.threshold}.`,
        dashboard: uids.overview,
        panel,
      }),
    ),
  );
}

function useAlerts({ gateway }: Queries): readonly Alert[] {
  const requests = 'model_inference_requests_total';
  return [
    {
      name: 'GatewayzNoTraffic',
      value: gateway(`sum(increase(${requests}[10m])) or sum(0 * absent_over_time(${requests}[10m]))`),
      fires: 'below',
      threshold: 1,
      lasting: '5m',
      pace: 'normal',
      severity: 'critical',
      summary: 'No traffic: {{ printf "%.0f" $value }} inference requests in 10 minutes.',
      description: 'Either nobody calls the gateway, or Prometheus has no series of it that match the base selector.',
      dashboard: uids.models,
      panel: 'Requests by outcome',
    },
    {
      name: 'GatewayzCreditsAboveBaseline',
      value: gateway(creditsAgainstBaseline()),
      fires: 'above',
      threshold: 3,
      lasting: '15m',
      pace: 'slow',
      severity: 'warning',
      summary: 'Credits are charged at {{ printf "%.1f" $value }} times the rate of the same hour before.',
      description: 'The last hour, against the same hour of yesterday or of a week ago, whichever had more.',
      dashboard: uids.business,
      panel: 'Credits against baseline',
    },
  ];
}

function sourceAlerts({ service }: Queries): readonly Alert[] {
  const perInstance = (aggregation: string, vector: string): string => `${aggregation} by (job, instance) (${vector})`;
  const up = perInstance('max', 'gatewayz_metrics_upstream_up');
  const age = perInstance('max', 'time() - gatewayz_metrics_snapshot_timestamp_seconds');
  const refreshes = perInstance('sum', 'increase(gatewayz_metrics_refreshes_total[5m])');
  const failures = perInstance('sum', 'increase(gatewayz_health_service_scrape_errors_total[5m])');
  return [
    {
      name: 'GatewayzSnapshotStale',
      // Without a snapshot ever: infinitely old. While nobody asks, nothing is refreshed and nothing is stale.
      value: service(`(${age} or 1 / (0 * ${up})) * (1 - ${up}) * (${refreshes} > bool 0) >= 0`),
      fires: 'above',
      threshold: 60,
      lasting: '1m',
      pace: 'normal',
      severity: 'warning',
      summary:
        '{{ $labels.instance }} shows old numbers: Prometheus has not answered it for {{ $value | humanizeDuration }}.',
      description: 'Its refreshes fail. The last good values are shown as stale up to METRICS_STALE_LIMIT, then none.',
      dashboard: uids.thisService,
      panel: 'Age of the snapshot',
    },
    {
      name: 'GatewayzHealthServiceDown',
      value: service(`(1 - ${perInstance('max', 'gatewayz_health_service_up')}) * clamp_min(${failures}, 1)`),
      fires: 'above',
      threshold: 0,
      lasting: '3m',
      pace: 'normal',
      severity: 'warning',
      summary:
        'The Health Service does not answer {{ $labels.instance }}; failed requests in 5 minutes: {{ printf "%.0f" $value }}.',
      description: 'Its /health had no good answer. Other values are kept up to METRICS_STALE_LIMIT, then they go.',
      dashboard: uids.healthService,
      panel: 'Up',
    },
  ];
}
