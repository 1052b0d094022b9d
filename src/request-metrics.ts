import { formatValue } from './catalogue/derivations/number.js';
import type { Family, HistogramMetric } from './model.js';

/** Own metrics about HTTP requests to this service. */
export const requestMetrics = {
  requests: {
    name: 'gatewayz_metrics_http_requests_total',
    type: 'counter',
    unit: '',
    help: 'Total number of HTTP requests by endpoint and status code.',
    labels: ['endpoint', 'code'],
  },
  duration: {
    name: 'gatewayz_metrics_http_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from request to response by endpoint.',
    labels: ['endpoint'],
  },
} as const;

/** Bucket bounds in seconds. The response time budgets (1, 50, 100 and 200 ms) are among them. */
const durationBounds = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

interface EndpointCounts {
  readonly codes: Map<number, number>;
  /** One count per bound and one for slower responses. Not cumulative. */
  readonly buckets: number[];
  sum: number;
}

/** Request counters and duration histograms. Cheaper per request than the labels of a general registry. */
export class RequestMetrics {
  readonly #endpoints = new Map<string, EndpointCounts>();

  /** @param endpoint Label value from a fixed set. */
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

function histogram(endpoint: string, { buckets, sum }: EndpointCounts): HistogramMetric {
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
