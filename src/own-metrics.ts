import { formatValue } from './catalogue/derivations/number.js';
import type { EngineState } from './engine/engine.js';
import type { EngineHealth } from './engine/supervised-engine.js';
import type { Family, FamilyHeader, Vector } from './model.js';
import type { RequestMetrics } from './request-metrics.js';

interface StateMetric extends FamilyHeader {
  readonly type: 'counter' | 'gauge';
  readonly labels: readonly string[];
  readonly read: (state: EngineState) => Vector;
}

function one(value: number | boolean | undefined): Vector {
  return value === undefined ? [] : [{ labels: {}, value: formatValue(Number(value)) }];
}

function by(label: string, values: Readonly<Record<string, number | boolean>>): Vector {
  return Object.entries(values).map(([key, value]) => ({
    labels: { [label]: key },
    value: formatValue(Number(value)),
  }));
}

const seconds = (milliseconds: number): number => milliseconds / 1000;

/** Own metrics about refreshes. Names and labels are fixed. */
export const stateMetrics: readonly StateMetric[] = [
  {
    name: 'gatewayz_metrics_snapshot_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix timestamp of the evaluation that produced the newest values.',
    labels: [],
    read: ({ snapshotTime: snapshotInstant }) =>
      one(snapshotInstant === undefined ? undefined : seconds(snapshotInstant)),
  },
  {
    name: 'gatewayz_metrics_refresh_duration_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Response time of the queries of a row in its last refresh. Queries shared by several rows count for each of them.',
    labels: ['row'],
    read: ({ rowDurations }) => by('row', rowDurations),
  },
  {
    name: 'gatewayz_metrics_refreshes_total',
    type: 'counter',
    unit: '',
    help: 'Total number of refreshes by outcome: success, partial (at least one row failed) or failure (Prometheus was not reachable).',
    labels: ['outcome'],
    read: ({ refreshes }) => by('outcome', refreshes),
  },
  {
    name: 'gatewayz_metrics_refresh_interval_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Current time between refreshes. Longer than METRICS_REFRESH_INTERVAL while refreshes are expensive.',
    labels: [],
    read: ({ intervalSeconds }) => one(intervalSeconds),
  },
  {
    name: 'gatewayz_metrics_row_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: "Unix timestamp of the evaluation that produced the row's current values.",
    labels: ['row'],
    read: ({ rowTimes: rowInstants }) =>
      Object.entries(rowInstants).map(([row, at]) => ({ labels: { row }, value: formatValue(seconds(at)) })),
  },
  {
    name: 'gatewayz_metrics_upstream_up',
    type: 'gauge',
    unit: '',
    help: 'Whether the last refresh reached Prometheus.',
    labels: [],
    read: ({ upstreamUp }) => one(upstreamUp),
  },
  {
    name: 'gatewayz_metrics_upstream_clock_skew_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Clock of Prometheus minus the clock of this process, to the second.',
    labels: [],
    read: ({ clockSkewSeconds }) => one(clockSkewSeconds),
  },
  {
    name: 'gatewayz_metrics_upstream_retries_total',
    type: 'counter',
    unit: '',
    help: 'Total number of Prometheus requests retried after a closed connection.',
    labels: [],
    read: ({ retries }) => one(retries),
  },
  {
    name: 'gatewayz_metrics_series_dropped',
    type: 'gauge',
    unit: '',
    help: 'Current number of label sets of a family over METRICS_MAX_SERIES, which are not exported.',
    labels: ['family'],
    read: ({ seriesOverLimit: dropped }) => by('family', dropped),
  },
  {
    name: 'gatewayz_metrics_health_endpoint_up',
    type: 'gauge',
    unit: '',
    help: 'Whether the last response of a Health Service endpoint was valid.',
    labels: ['endpoint'],
    read: ({ healthEndpoints }) => by('endpoint', healthEndpoints),
  },
];

/** Own metrics about the worker thread. */
export const workerMetrics = {
  up: {
    name: 'gatewayz_metrics_worker_up',
    type: 'gauge',
    unit: '',
    help: "Whether refreshes run in the worker thread. If 0, they run in the host's thread or wait for a restart.",
    labels: [],
  },
  restarts: {
    name: 'gatewayz_metrics_worker_restarts_total',
    type: 'counter',
    unit: '',
    help: 'Total number of restarts of the worker thread.',
    labels: [],
  },
} as const satisfies Record<string, FamilyHeader & { labels: readonly string[] }>;

/** Own metrics about the datasource API, exported where it is enabled. */
export const datasourceMetrics = {
  answers: {
    name: 'gatewayz_metrics_datasource_answers_total',
    type: 'counter',
    unit: '',
    help: 'Total number of datasource responses by origin: hit (cached), shared (single-flight request of another client) or miss (own upstream request).',
    labels: ['origin'],
  },
  rejected: {
    name: 'gatewayz_metrics_datasource_rejected_total',
    type: 'counter',
    unit: '',
    help: 'Total number of datasource requests rejected by a limit.',
    labels: ['limit'],
  },
  inFlight: {
    name: 'gatewayz_metrics_datasource_in_flight',
    type: 'gauge',
    unit: '',
    help: 'Current number of datasource requests to the upstream.',
    labels: [],
  },
  waiting: {
    name: 'gatewayz_metrics_datasource_waiting',
    type: 'gauge',
    unit: '',
    help: 'Current number of datasource requests waiting for an upstream slot.',
    labels: [],
  },
  cacheBytes: {
    name: 'gatewayz_metrics_datasource_cache_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Size of the response cache in bytes.',
    labels: [],
  },
} as const satisfies Record<string, FamilyHeader & { labels: readonly string[] }>;

/** All own metrics. Without a state, before the first refresh, those about refreshes are left out. */
export function ownFamilies(
  state: EngineState | undefined,
  { workerUp, workerRestarts }: EngineHealth,
  requests: RequestMetrics,
): readonly Family[] {
  const refreshing = state
    ? stateMetrics.map(({ read, ...header }): Family => ({ ...header, metrics: read(state) }))
    : [];
  const worker: Family[] = [
    { ...workerMetrics.up, metrics: one(workerUp) },
    { ...workerMetrics.restarts, metrics: workerUp === undefined ? [] : one(workerRestarts) },
  ];
  return [...refreshing, ...worker, ...requests.families()].filter((family) => family.metrics.length > 0);
}
