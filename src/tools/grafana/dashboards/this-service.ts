import { flag, higherIsWorse, seconds, yesNo } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { outcomeColors, statusCodeColors } from '../panels/series-colors.js';
import { quantileOf, rateOf, top } from '../queries/expressions.js';
import type { Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const asked = 'gatewayz_metrics_http_requests_total';
const answering = 'gatewayz_metrics_http_request_duration_seconds';
const snapshot = 'gatewayz_metrics_snapshot_timestamp_seconds';

/** Windows are 5 minutes: this scrape target is often scraped more rarely than the gateway. */
export function thisServiceDashboard(queries: Queries): DashboardSpec {
  return {
    uid: uids.thisService,
    title: 'GatewayZ / This service',
    description: 'gatewayz-metrics itself: how fresh its numbers are, what they cost, how it answers.',
    variables: [],
    rows: [
      { title: 'How fresh', panels: freshnessPanels(queries) },
      { title: 'What it costs', panels: costPanels(queries) },
      { title: 'How it answers', panels: answerPanels(queries) },
    ],
  };
}

function freshnessPanels({ service }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 6 } as const;
  return [
    {
      ...now,
      ...flag,
      title: 'Prometheus answers',
      description: 'Whether Prometheus answered the last refresh of every instance.',
      queries: [{ expr: service('min(gatewayz_metrics_upstream_up)') }],
    },
    {
      ...now,
      ...seconds,
      decimals: 0,
      title: 'Snapshot age',
      description:
        'Age of the newest values of the instance that is furthest behind. Grows, and means nothing, while nobody asks.',
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
      description: 'Clock of Prometheus minus ours, to the second: the largest, either way.',
      thresholds: higherIsWorse(2, 5),
      queries: [{ expr: service('max(abs(gatewayz_metrics_upstream_clock_skew_seconds))') }],
    },
    {
      kind: 'timeseries',
      unit: 'cpm',
      min: 0,
      width: 12,
      title: 'Refreshes',
      description:
        'Refreshes per minute over 5 minutes, by outcome: success, partial (a row failed), failure (Prometheus could not be asked).',
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
      title: 'Rows furthest behind',
      description:
        'How far values are behind the newest snapshot, by row: because their query fails, or because nobody asks for their endpoint.',
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
      title: 'Costliest rows',
      description:
        'Response time of Prometheus in the last refresh, by row: the ten longest. Shared questions count for each row.',
      queries: [
        { legend: '{{row}}', expr: service(top(10, 'max by (row) (gatewayz_metrics_refresh_duration_seconds)')) },
      ],
    },
    {
      kind: 'timeseries',
      unit: 'none',
      decimals: 0,
      width: 12,
      title: 'Series left out',
      description: 'Label sets that METRICS_MAX_SERIES left out, all families together.',
      queries: [
        {
          legend: 'left out',
          expr: service('sum(gatewayz_metrics_series_dropped) or 0 * sum(gatewayz_metrics_upstream_up)'),
        },
      ],
    },
  ];
}

function answerPanels({ service }: Queries): readonly PanelSpec[] {
  return [
    {
      kind: 'timeseries',
      unit: 'reqps',
      width: 12,
      title: 'Requests by endpoint',
      description: 'Requests answered per second over 5 minutes, by endpoint.',
      stacked: true,
      queries: [{ legend: '{{endpoint}}', expr: service(rateOf(asked, { by: ['endpoint'] })) }],
    },
    {
      kind: 'timeseries',
      unit: 'reqps',
      width: 12,
      title: 'Requests by status',
      description:
        'Requests answered per second over 5 minutes, by status code. 503: there was no value recent enough to show.',
      stacked: true,
      queries: [{ legend: '{{code}}', colors: statusCodeColors, expr: service(rateOf(asked, { by: ['code'] })) }],
    },
    {
      kind: 'timeseries',
      ...seconds,
      width: 12,
      title: '99th percentile by endpoint',
      description:
        'Time from request to answer over 5 minutes. Promised: 50 ms for the summary and the scrape target, 100 ms for the others, 200 ms for all.',
      queries: [{ legend: '{{endpoint}}', expr: service(quantileOf(0.99, answering, { by: ['endpoint'] })) }],
    },
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 12,
      title: 'Sources',
      description: 'Whether Prometheus, and each endpoint of the Health Service, gave a good answer last.',
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
