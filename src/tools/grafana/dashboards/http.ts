import { count, errorPercent, higherIsBetter, percent, seconds, share, upDown } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { statusCodeColors } from '../panels/series-colors.js';
import { meanOf, quantileOf, rateOf, shareOf, targets, top } from '../queries/expressions.js';
import { overTime, type Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const duration = 'fastapi_requests_duration_seconds';
const requests = 'fastapi_requests_total';
const serverErrors = 'status_code=~"5.."';
const clientErrors = 'status_code=~"4.."';
/** Matchers of the variables. */
const matchers = 'path=~"$path",method=~"$method"';
const clipped = 'Never above the highest finite bucket bound, 5 s with the bounds of GatewayZ.';

export function httpDashboard(queries: Queries): DashboardSpec {
  const { gateway } = queries;
  return {
    uid: uids.http,
    title: 'GatewayZ / HTTP',
    description: 'HTTP requests to the gateway, its database and its caches.',
    variables: [
      ...queries.variables,
      { name: 'method', label: 'Method', series: gateway(requests) },
      { name: 'path', label: 'Path', series: gateway(`${requests}{method=~"$method"}`) },
    ],
    rows: [
      { title: 'Now, over 5 minutes', panels: nowPanels(queries) },
      { title: 'Traffic and errors', panels: trafficPanels(queries) },
      { title: 'Latency', panels: latencyPanels(queries) },
      { title: 'Scrape targets', panels: targetPanels(queries) },
      { title: 'Database and cache', panels: backingPanels(queries) },
    ],
  };
}

function nowPanels({ gateway }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 6 } as const;
  return [
    {
      ...now,
      title: 'Request rate',
      description: 'HTTP requests per minute, over 5 minutes.',
      unit: 'reqpm',
      queries: [{ expr: gateway(`60 * ${rateOf(requests, { matchers })}`) }],
    },
    {
      ...now,
      ...errorPercent,
      title: 'Error rate',
      description: 'HTTP requests with a 5xx status, over 5 minutes.',
      queries: [{ expr: gateway(`100 * ${shareOf(requests, serverErrors, { matchers })}`) }],
    },
    {
      ...now,
      ...seconds,
      title: 'p95',
      description: `95th percentile of the request duration, over 5 minutes. ${clipped}`,
      queries: [{ expr: gateway(quantileOf(0.95, duration, { matchers })) }],
    },
    {
      ...now,
      ...count,
      title: 'In progress',
      description: 'Current number of HTTP requests in progress.',
      queries: [{ expr: gateway(`sum(fastapi_requests_in_progress{${matchers}})`) }],
    },
  ];
}

function trafficPanels({ gateway }: Queries): readonly PanelSpec[] {
  const graph = { kind: 'timeseries', width: 12 } as const;
  return [
    {
      ...graph,
      title: 'Requests by status',
      description: 'HTTP requests per minute, by status code.',
      unit: 'reqpm',
      stacked: true,
      queries: [
        {
          legend: '{{status_code}}',
          colors: statusCodeColors,
          expr: overTime(gateway(`60 * ${rateOf(requests, { matchers, by: ['status_code'] })}`)),
        },
      ],
    },
    {
      ...graph,
      ...percent,
      title: 'Error rate over time',
      description: 'HTTP requests with a 5xx status (server errors) and with a 4xx status (client errors).',
      queries: [
        {
          legend: '5xx',
          color: 'red',
          expr: overTime(gateway(`100 * ${shareOf(requests, serverErrors, { matchers })}`)),
        },
        {
          legend: '4xx',
          color: 'orange',
          expr: overTime(gateway(`100 * ${shareOf(requests, clientErrors, { matchers })}`)),
        },
      ],
    },
    {
      kind: 'bargauge',
      width: 12,
      title: 'Busiest paths',
      description: 'Requests per minute, over 5 minutes: the ten busiest route patterns.',
      unit: 'reqpm',
      queries: [
        {
          legend: '{{method}} {{path}}',
          expr: gateway(top(10, `60 * ${rateOf(requests, { matchers, by: ['method', 'path'] })}`)),
        },
      ],
    },
    {
      ...graph,
      title: 'Exceptions',
      description: 'Server-side exceptions per minute, by type.',
      unit: 'cpm',
      emptyWithout: ['fastapi_exceptions_total'],
      queries: [
        {
          legend: '{{exception_type}}',
          expr: overTime(gateway(`60 * ${rateOf('fastapi_exceptions_total', { by: ['exception_type'] })}`)),
        },
      ],
    },
  ];
}

function latencyPanels({ gateway }: Queries): readonly PanelSpec[] {
  return [
    {
      kind: 'timeseries',
      ...seconds,
      width: 12,
      title: 'Latency quantiles',
      description: `HTTP request duration; of a stream, to its end. ${clipped}`,
      queries: [0.5, 0.95, 0.99].map((quantile) => ({
        legend: `p${100 * quantile}`,
        expr: overTime(gateway(quantileOf(quantile, duration, { matchers }))),
      })),
    },
    {
      kind: 'bargauge',
      ...seconds,
      width: 12,
      title: 'Slowest paths',
      description: 'Mean request duration, over 5 minutes: the ten slowest route patterns.',
      queries: [
        {
          legend: '{{method}} {{path}}',
          expr: gateway(top(10, meanOf(duration, { matchers, by: ['method', 'path'] }))),
        },
      ],
    },
  ];
}

function targetPanels({ gateway }: Queries): readonly PanelSpec[] {
  return [
    {
      kind: 'state-timeline',
      unit: 'none',
      width: 24,
      height: 6,
      step: '30s',
      title: 'Targets',
      description: 'Whether Prometheus can scrape each instance of the gateway (up).',
      mappings: upDown,
      thresholds: [{ color: 'red' }, { from: 1, color: 'green' }],
      queries: [{ legend: '{{job}} {{instance}}', expr: gateway(`min by (job, instance) (${targets})`) }],
    },
  ];
}

/** Not filtered by method and path. */
function backingPanels({ gateway, row }: Queries): readonly PanelSpec[] {
  const database = 'gatewayz_database_query_duration_quantiles_seconds';
  return [
    {
      kind: 'timeseries',
      ...seconds,
      width: 8,
      title: 'Database latency quantiles',
      description: 'Database query duration, over 5 minutes.',
      emptyWithout: ['database_query_duration_seconds_bucket'],
      queries: ['0.5', '0.95', '0.99'].map((quantile) => ({
        legend: `p${100 * Number(quantile)}`,
        expr: row(database, quantile),
      })),
    },
    {
      kind: 'timeseries',
      ...seconds,
      width: 8,
      title: 'Database latency',
      description: 'Mean database query duration, by table.',
      queries: [
        { legend: '{{table}}', expr: overTime(gateway(meanOf('database_query_duration_seconds', { by: ['table'] }))) },
      ],
    },
    {
      kind: 'timeseries',
      width: 8,
      title: 'Database queries',
      description: 'Database queries per second, by table.',
      unit: 'ops',
      stacked: true,
      queries: [{ legend: '{{table}}', expr: overTime(gateway(rateOf('database_queries_total', { by: ['table'] }))) }],
    },
    {
      kind: 'stat',
      ...share,
      width: 6,
      height: 8,
      title: 'Cache hit rate now',
      description: 'Ratio of cache hits, over 5 minutes; without any cache_* series, of the catalogue cache.',
      thresholds: higherIsBetter(0.3, 0.6),
      queries: [{ expr: row('cache_hit_rate') }],
    },
    {
      kind: 'timeseries',
      ...share,
      width: 9,
      title: 'Cache hit rate',
      description: 'Ratio of cache hits; without any cache_* series, of the catalogue cache.',
      queries: [{ legend: 'hits', expr: overTime(row('cache_hit_rate')) }],
    },
    {
      kind: 'timeseries',
      width: 9,
      title: 'Cache size',
      description: 'Total size of the caches; without a cache_size_bytes series, of the catalogue cache.',
      unit: 'bytes',
      min: 0,
      queries: [{ legend: 'size', expr: row('cache_size_bytes') }],
    },
  ];
}
