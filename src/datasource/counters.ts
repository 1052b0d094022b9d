import { formatValue } from '../catalogue/derivations/number.js';
import type { Family, Vector } from '../model.js';
import { datasourceMetrics } from '../own-metrics.js';
import type { LimitName } from './api-error.js';

/** Where a response came from: the cache, the request of another client in flight, or a request of its own. */
export type Origin = 'hit' | 'shared' | 'miss';

export interface Gauges {
  readonly underWay: number;
  readonly waiting: number;
  readonly cacheBytes: number;
}

/** Counts requests. Label values are of fixed sets. */
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
      { ...datasourceMetrics.answers, metrics: by('origin', this.#answers) },
      { ...datasourceMetrics.rejected, metrics: by('limit', this.#rejected) },
      { ...datasourceMetrics.inFlight, metrics: one(underWay) },
      { ...datasourceMetrics.waiting, metrics: one(waiting) },
      { ...datasourceMetrics.cacheBytes, metrics: one(cacheBytes) },
    ];
  }
}

function one(value: number): Vector {
  return [{ labels: {}, value: formatValue(value) }];
}

function by(label: string, values: Readonly<Record<string, number>>): Vector {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value: formatValue(value) }));
}
