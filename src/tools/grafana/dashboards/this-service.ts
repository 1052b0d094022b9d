import { flag, higherIsWorse, seconds, yesNo } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { outcomeColors, statusCodeColors } from '../panels/series-colors.js';
import { quantileOf, rateOf, top } from '../queries/expressions.js';
import type { Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const requests = 'gatewayz_metrics_http_requests_total';
const durations = 'gatewayz_metrics_http_request_duration_seconds';
const snapshot = 'gatewayz_metrics_snapshot_timestamp_seconds';

/** Windows are 5 minutes: this scrape target is often scraped more rarely than the gateway. */
export function thisServiceDashboard(queries: Queries): DashboardSpec {
  return {
    uid: uids.thisService,
    title: 'GatewayZ / This service',
    description: 'gatewayz-metrics itself: freshness, query seconds, requests.',
    variables: queries.variables,
    rows: [
      { title: 'Freshness', panels: freshnessPanels(queries) },
      { title: 'Query cost', panels: costPanels(queries) },
      { title: 'Requests', panels: requestPanels(queries) },
    ],
  };
}

function freshnessPanels({ service }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 6 } as const;
  return [
    {
      ...now,
      ...flag,
      title: 'Prometheus up',
      description: 'Whether the last refresh from Prometheus succeeded in every instance.',
      queries: [{ expr: service('min(gatewayz_metrics_upstream_up)') }],
    },
    {
      ...now,
      ...seconds,
      decimals: 0,
      title: 'Snapshot age',
      description:
        'Age of the newest values in the oldest instance. Grows while there are no requests, which is normal.',
      thresholds: higherIsWorse(60, 300),
      queries: [{ expr: service(`max(time() - ${snapshot})`) }],
    },
    {
      ...now,
      ...seconds,
      title: 'Refresh interval',
      description:
        'Longer than METRICS_REFRESH_INTERVAL while queries take more than a quarter of it, up to METRICS_MAX_INTERVAL.',
      queries: [{ expr: service('max(gatewayz_metrics_refresh_interval_seconds)') }],
    },
    {
      ...now,
      unit: 's',
      title: 'Clock skew',
      description: 'Largest difference between the clocks of Prometheus and this service.',
      thresholds: higherIsWorse(2, 5),
      queries: [{ expr: service('max(abs(gatewayz_metrics_upstream_clock_skew_seconds))') }],
    },
    {
      kind: 'timeseries',
      unit: 'cpm',
      min: 0,
      width: 12,
      title: 'Refreshes',
      description: 'Refreshes per minute, over 5 minutes, by outcome: success, partial (some queries failed), failure.',
      stacked: true,
      queries: [
        {
          legend: '{{outcome}}',
          colors: outcomeColors,
          expr: service(`60 * ${rateOf('gatewayz_metrics_refreshes_total', { by: ['outcome'] })}`),
        },
      ],
    },
    {
      kind: 'bargauge',
      ...seconds,
      width: 12,
      title: 'Oldest rows',
      description:
        'Age of the values relative to the newest snapshot, by row: their query fails, or their endpoint has no requests.',
      thresholds: higherIsWorse(60, 300),
      queries: [
        {
          legend: '{{row}}',
          expr: service(top(10, `max by (row) (scalar(max(${snapshot})) - gatewayz_metrics_row_timestamp_seconds)`)),
        },
      ],
    },
  ];
}

function costPanels({ service }: Queries): readonly PanelSpec[] {
  return [
    {
      kind: 'bargauge',
      ...seconds,
      width: 12,
      title: 'Slowest rows',
      description: 'Query time in the last refresh: the ten slowest rows. A shared query counts for each row.',
      queries: [
        { legend: '{{row}}', expr: service(top(10, 'max by (row) (gatewayz_metrics_refresh_duration_seconds)')) },
      ],
    },
    {
      kind: 'timeseries',
      unit: 'none',
      decimals: 0,
      width: 12,
      title: 'Series over the limit',
      description: 'Series over METRICS_MAX_SERIES, which are not served, over all families.',
      queries: [
        {
          legend: 'over the limit',
          expr: service('sum(gatewayz_metrics_series_dropped) or 0 * sum(gatewayz_metrics_upstream_up)'),
        },
      ],
    },
  ];
}

function requestPanels({ service }: Queries): readonly PanelSpec[] {
  return [
    {
      kind: 'timeseries',
      unit: 'reqpm',
      width: 12,
      title: 'Requests by endpoint',
      description: 'Requests per minute, over 5 minutes, by endpoint.',
      stacked: true,
      queries: [{ legend: '{{endpoint}}', expr: service(`60 * ${rateOf(requests, { by: ['endpoint'] })}`) }],
    },
    {
      kind: 'timeseries',
      unit: 'reqpm',
      width: 12,
      title: 'Requests by status',
      description: 'Requests per minute, over 5 minutes, by status code. 503: no recent values.',
      stacked: true,
      queries: [
        { legend: '{{code}}', colors: statusCodeColors, expr: service(`60 * ${rateOf(requests, { by: ['code'] })}`) },
      ],
    },
    {
      kind: 'timeseries',
      ...seconds,
      width: 12,
      title: 'p99 by endpoint',
      description:
        'Response time, over 5 minutes. Budgets: 50 ms for the summary and the scrape target, 100 ms for the other endpoints, 200 ms for all.',
      queries: [{ legend: '{{endpoint}}', expr: service(quantileOf(0.99, durations, { by: ['endpoint'] })) }],
    },
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 12,
      title: 'Sources',
      description: 'Whether the last request to Prometheus and to each endpoint of the Health Service succeeded.',
      mappings: yesNo,
      thresholds: [{ color: 'red' }, { from: 1, color: 'green' }],
      queries: [
        { legend: 'Prometheus', expr: service('min(gatewayz_metrics_upstream_up)') },
        {
          legend: 'Health Service {{endpoint}}',
          expr: service('min by (endpoint) (gatewayz_metrics_health_endpoint_up)'),
        },
      ],
    },
  ];
}
