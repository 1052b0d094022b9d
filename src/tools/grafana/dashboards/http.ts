import { count, higherIsBetter, higherIsWorse, percent, seconds, share } from '../panels/field-options.js';
import type { DashboardSpec, PanelSpec } from '../panels/panel.js';
import { statusCodeColors } from '../panels/series-colors.js';
import { meanOf, quantileOf, rateOf, shareOf, top } from '../queries/expressions.js';
import { overTime, type Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const duration = 'fastapi_requests_duration_seconds';
const requests = 'fastapi_requests_total';
const serverErrors = 'status_code=~"5.."';
const clientErrors = 'status_code=~"4.."';
/** What the drop-downs choose. */
const matchers = 'path=~"$path",method=~"$method"';
const clipped = 'Never above the highest finite bucket bound, 5 s with the bounds of GatewayZ.';

export function httpDashboard(queries: Queries): DashboardSpec {
  const { gateway } = queries;
  return {
    uid: uids.http,
    title: 'GatewayZ / HTTP',
    description: 'HTTP requests to the gateway, and the database and caches that they wait for.',
    variables: [
      { name: 'method', label: 'Method', series: gateway(requests) },
      { name: 'path', label: 'Path', series: gateway(`${requests}{method=~"$method"}`) },
    ],
    rows: [
      { title: 'Now, over 5 minutes', panels: nowPanels(queries) },
      { title: 'Traffic and errors', panels: trafficPanels(queries) },
      { title: 'Latency', panels: latencyPanels(queries) },
      { title: 'Database and cache', panels: backingPanels(queries) },
    ],
  };
}

function nowPanels({ gateway }: Queries): readonly PanelSpec[] {
  const now = { kind: 'stat', width: 6 } as const;
  return [
    {
      ...now,
      title: 'Requests per second',
      description: 'HTTP requests per second over 5 minutes.',
      unit: 'reqps',
      queries: [{ expr: gateway(rateOf(requests, { matchers })) }],
    },
    {
      ...now,
      ...percent,
      title: 'Error rate',
      description: 'Share of requests answered with 5xx over 5 minutes.',
      thresholds: higherIsWorse(1, 5),
      queries: [{ expr: gateway(`100 * ${shareOf(requests, serverErrors, { matchers })}`) }],
    },
    {
      ...now,
      ...seconds,
      title: '95th percentile',
      description: `95 % of requests took at most this long over 5 minutes. ${clipped}`,
      queries: [{ expr: gateway(quantileOf(0.95, duration, { matchers })) }],
    },
    {
      ...now,
      ...count,
      title: 'In progress',
      description: 'Requests that the gateway is working on.',
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
      description: 'HTTP requests per second, by status code.',
      unit: 'reqps',
      stacked: true,
      queries: [
        {
          legend: '{{status_code}}',
          colors: statusCodeColors,
          expr: overTime(gateway(rateOf(requests, { matchers, by: ['status_code'] }))),
        },
      ],
    },
    {
      ...graph,
      ...percent,
      title: 'Share of errors',
      description: 'Share of requests answered with 5xx (our fault) and with 4xx (the client’s).',
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
      description: 'Requests per second over 5 minutes: the ten busiest route patterns.',
      unit: 'reqps',
      queries: [
        {
          legend: '{{method}} {{path}}',
          expr: gateway(top(10, rateOf(requests, { matchers, by: ['method', 'path'] }))),
        },
      ],
    },
    {
      ...graph,
      title: 'Exceptions',
      description: 'Errors per minute that ended a request and were not the fault of the client, by type.',
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
      description: `Time from request to answer; of a stream, to its end. ${clipped}`,
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
      description: 'Mean time from request to answer over 5 minutes: the ten slowest route patterns.',
      queries: [
        {
          legend: '{{method}} {{path}}',
          expr: gateway(top(10, meanOf(duration, { matchers, by: ['method', 'path'] }))),
        },
      ],
    },
  ];
}

/** Not by path: the drop-downs do not touch these. */
function backingPanels({ gateway, row }: Queries): readonly PanelSpec[] {
  const database = 'gatewayz_database_query_duration_quantiles_seconds';
  return [
    {
      kind: 'timeseries',
      ...seconds,
      width: 8,
      title: 'Database latency quantiles',
      description: 'Time of database queries, over 5 minutes.',
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
      description: 'Mean time of database queries, of a histogram or a summary, by table.',
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
      description:
        'Share of cache lookups that hit over 5 minutes; without any cache_* series, of the catalogue cache.',
      thresholds: higherIsBetter(0.3, 0.6),
      queries: [{ expr: row('cache_hit_rate') }],
    },
    {
      kind: 'timeseries',
      ...share,
      width: 9,
      title: 'Cache hit rate',
      description: 'Share of cache lookups that hit; without any cache_* series, of the catalogue cache.',
      queries: [{ legend: 'hits', expr: overTime(row('cache_hit_rate')) }],
    },
    {
      kind: 'timeseries',
      width: 9,
      title: 'Cache size',
      description: 'Size of the caches together; without a cache_size_bytes series, of the catalogue cache.',
      unit: 'bytes',
      min: 0,
      queries: [{ legend: 'size', expr: row('cache_size_bytes') }],
    },
  ];
}
