import { formatValue } from '../catalogue/derive/number.js';
import type { Family, FamilyHeader, Vector } from '../model.js';
import type { LimitName } from './answer-error.js';

/** Where an answer came from: a kept one, a call of another client that was under way, or a call of its own. */
export type Origin = 'hit' | 'shared' | 'miss';

export interface Gauges {
  readonly underWay: number;
  readonly waiting: number;
  readonly cacheBytes: number;
}

const headers = {
  answers: {
    name: 'gatewayz_metrics_datasource_answers_total',
    type: 'counter',
    unit: '',
    help: 'Answers of the upstream that were given, by origin: hit (kept from before), shared (the call of another client), miss (a call of its own).',
  },
  rejected: {
    name: 'gatewayz_metrics_datasource_rejected_total',
    type: 'counter',
    unit: '',
    help: 'Calls that ended at a limit, by limit.',
  },
  inFlight: {
    name: 'gatewayz_metrics_datasource_in_flight',
    type: 'gauge',
    unit: '',
    help: 'Calls to the upstream that are under way.',
  },
  waiting: {
    name: 'gatewayz_metrics_datasource_waiting',
    type: 'gauge',
    unit: '',
    help: 'Calls to the upstream that wait for their turn.',
  },
  cacheBytes: {
    name: 'gatewayz_metrics_datasource_cache_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Memory that kept answers take.',
  },
} as const satisfies Record<string, FamilyHeader>;

/** Name, type and help of our own metrics about the datasource, for the documentation. */
export const datasourceMetrics: readonly FamilyHeader[] = Object.values(headers);

/** Counts calls. Label values are of fixed sets. */
export class Counters {
  readonly #answers: Record<Origin, number> = { hit: 0, shared: 0, miss: 0 };
  readonly #rejected: Record<LimitName, number> = {
    query_size: 0,
    points: 0,
    range: 0,
    answer_size: 0,
    timeout: 0,
    concurrency: 0,
  };

  answer(origin: Origin): void {
    this.#answers[origin] += 1;
  }

  rejected(limit: LimitName): void {
    this.#rejected[limit] += 1;
  }

  families({ underWay, waiting, cacheBytes }: Gauges): Family[] {
    return [
      { ...headers.answers, metrics: by('origin', this.#answers) },
      { ...headers.rejected, metrics: by('limit', this.#rejected) },
      { ...headers.inFlight, metrics: one(underWay) },
      { ...headers.waiting, metrics: one(waiting) },
      { ...headers.cacheBytes, metrics: one(cacheBytes) },
    ];
  }
}

function one(value: number): Vector {
  return [{ labels: {}, value: formatValue(value) }];
}

function by(label: string, values: Readonly<Record<string, number>>): Vector {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value: formatValue(value) }));
}
