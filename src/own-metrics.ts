import { formatValue } from './catalogue/derivations/number.js';
import type { EngineState } from './engine/engine.js';
import type { Family, FamilyHeader, HistogramMetric, Vector } from './model.js';

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

/** Our own metrics about refreshes; names and labels are fixed. */
export const stateMetrics: readonly StateMetric[] = [
  {
    name: 'gatewayz_metrics_snapshot_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Evaluation instant of the newest values, Unix time.',
    labels: [],
    read: ({ snapshotInstant }) => one(snapshotInstant === undefined ? undefined : seconds(snapshotInstant)),
  },
  {
    name: 'gatewayz_metrics_refresh_duration_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Response time of Prometheus for the questions of a row in its last refresh; shared questions count for each row.',
    labels: ['row'],
    read: ({ rowDurations }) => by('row', rowDurations),
  },
  {
    name: 'gatewayz_metrics_refreshes_total',
    type: 'counter',
    unit: '',
    help: 'Refreshes by outcome: success, partial (a row failed), failure (Prometheus could not be asked).',
    labels: ['outcome'],
    read: ({ refreshes }) => by('outcome', refreshes),
  },
  {
    name: 'gatewayz_metrics_refresh_interval_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Time between refreshes; longer than configured where one costs Prometheus more than a tenth of it.',
    labels: [],
    read: ({ intervalSeconds }) => one(intervalSeconds),
  },
  {
    name: 'gatewayz_metrics_row_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'When the values of a row were true, Unix time; behind the snapshot where they were kept.',
    labels: ['row'],
    read: ({ rowInstants }) =>
      Object.entries(rowInstants).map(([row, at]) => ({ labels: { row }, value: formatValue(seconds(at)) })),
  },
  {
    name: 'gatewayz_metrics_upstream_up',
    type: 'gauge',
    unit: '',
    help: 'Whether Prometheus answered the last refresh: 1 yes, 0 no.',
    labels: [],
    read: ({ upstreamUp }) => one(upstreamUp),
  },
  {
    name: 'gatewayz_metrics_upstream_clock_skew_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Clock of Prometheus minus ours, to the second.',
    labels: [],
    read: ({ clockSkewSeconds }) => one(clockSkewSeconds),
  },
  {
    name: 'gatewayz_metrics_upstream_retries_total',
    type: 'counter',
    unit: '',
    help: 'Requests to Prometheus that were sent again, once, because their connection was closed under them.',
    labels: [],
    read: ({ retries }) => one(retries),
  },
  {
    name: 'gatewayz_metrics_series_dropped',
    type: 'gauge',
    unit: '',
    help: 'Label sets of a family that METRICS_MAX_SERIES left out.',
    labels: ['family'],
    read: ({ dropped }) => by('family', dropped),
  },
  {
    name: 'gatewayz_metrics_health_endpoint_up',
    type: 'gauge',
    unit: '',
    help: 'Whether the last answer of an endpoint of the Health Service was a good one: 1 yes, 0 no.',
    labels: ['endpoint'],
    read: ({ healthEndpoints }) => by('endpoint', healthEndpoints),
  },
];

/** Our own metrics about requests. */
export const requestMetrics = {
  requests: {
    name: 'gatewayz_metrics_http_requests_total',
    type: 'counter',
    unit: '',
    help: 'Requests answered, by endpoint and status code.',
    labels: ['endpoint', 'code'],
  },
  duration: {
    name: 'gatewayz_metrics_http_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from request to answer, by endpoint.',
    labels: ['endpoint'],
  },
} as const;

/** Our own metrics about the datasource API; there where it is on. */
export const datasourceMetrics = {
  answers: {
    name: 'gatewayz_metrics_datasource_answers_total',
    type: 'counter',
    unit: '',
    help: 'Answers of the upstream that were given, by origin: hit (kept from before), shared (the call of another client), miss (a call of its own).',
    labels: ['origin'],
  },
  rejected: {
    name: 'gatewayz_metrics_datasource_rejected_total',
    type: 'counter',
    unit: '',
    help: 'Calls that ended at a limit, by limit.',
    labels: ['limit'],
  },
  inFlight: {
    name: 'gatewayz_metrics_datasource_in_flight',
    type: 'gauge',
    unit: '',
    help: 'Calls to the upstream that are under way.',
    labels: [],
  },
  waiting: {
    name: 'gatewayz_metrics_datasource_waiting',
    type: 'gauge',
    unit: '',
    help: 'Calls to the upstream that wait for their turn.',
    labels: [],
  },
  cacheBytes: {
    name: 'gatewayz_metrics_datasource_cache_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Memory that kept answers take.',
    labels: [],
  },
} as const satisfies Record<string, FamilyHeader & { labels: readonly string[] }>;

/** Seconds; the budgets of the endpoints (1, 50, 100 and 200 ms) are bounds. */
const durationBounds = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

interface Answers {
  readonly codes: Map<number, number>;
  /** By bound; the last is beyond all of them. Not cumulative. */
  readonly buckets: number[];
  sum: number;
}

/** Counts answers. Every one of them is, so that this costs less than the labels of a general registry. */
export class RequestMetrics {
  readonly #endpoints = new Map<string, Answers>();

  /** @param endpoint one of a fixed set: it becomes a label value */
  observe(endpoint: string, code: number, durationSeconds: number): void {
    let answers = this.#endpoints.get(endpoint);
    if (!answers) {
      answers = { codes: new Map(), buckets: new Array<number>(durationBounds.length + 1).fill(0), sum: 0 };
      this.#endpoints.set(endpoint, answers);
    }
    answers.codes.set(code, (answers.codes.get(code) ?? 0) + 1);
    let bucket = 0;
    while (bucket < durationBounds.length && durationSeconds > durationBounds[bucket]!) bucket += 1;
    answers.buckets[bucket]! += 1;
    answers.sum += durationSeconds;
  }

  families(): readonly Family[] {
    const endpoints = [...this.#endpoints];
    const counts = endpoints.flatMap(([endpoint, { codes }]) =>
      [...codes].map(([code, count]) => ({ labels: { endpoint, code: String(code) }, value: formatValue(count) })),
    );
    return [
      { ...requestMetrics.requests, metrics: counts },
      { ...requestMetrics.duration, metrics: endpoints.map(([endpoint, answers]) => histogram(endpoint, answers)) },
    ];
  }
}

function histogram(endpoint: string, { buckets, sum }: Answers): HistogramMetric {
  let count = 0;
  return {
    labels: { endpoint },
    buckets: buckets.map((more, index) => {
      count += more;
      return { le: formatValue(durationBounds[index] ?? Number.POSITIVE_INFINITY), value: formatValue(count) };
    }),
    sum: formatValue(sum),
  };
}

/** All our own metrics. Without a state those about refreshes are left out: nothing has been refreshed yet. */
export function ownFamilies(state: EngineState | undefined, requests: RequestMetrics): readonly Family[] {
  const refreshing = state
    ? stateMetrics.map(({ read, ...header }): Family => ({ ...header, metrics: read(state) }))
    : [];
  return [...refreshing, ...requests.families()].filter((family) => family.metrics.length > 0);
}
