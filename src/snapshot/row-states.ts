import type { Metric, Outcome, RowState } from '../model.js';

const never: RowState = {
  metrics: [],
  evaluationTime: undefined,
  valuedAt: undefined,
  reason: 'not queried yet',
  cause: { code: 'not_queried', metrics: [] },
};

/**
 * Last result of every row. A row that fails, or loses its data, keeps all of its last good metrics until they are too
 * old.
 */
export class RowStates {
  readonly #states = new Map<string, RowState>();
  readonly #failed = new Set<string>();
  /** Rows whose source has said that there is no data. */
  readonly #missing = new Set<string>();

  get(row: string): RowState {
    return this.#states.get(row) ?? never;
  }

  /** Whether the row's last query succeeded, with or without data. */
  answered(row: string): boolean {
    return this.#states.has(row) && !this.#failed.has(row);
  }

  /** Whether the row's last query failed. */
  failed(row: string): boolean {
    return this.#failed.has(row);
  }

  /** Applies the outcomes of one collection. With `failed`, they are the source's last good values, not responses. */
  apply(evaluationTime: number, outcomes: ReadonlyMap<string, Outcome>, failed: boolean): void {
    for (const [row, outcome] of outcomes) {
      // What was never available keeps that reason through an outage, which is not why it is missing.
      const wasNeverAvailable = this.#missing.has(row) && this.get(row).valuedAt === undefined;
      if (outcome.state !== 'failed' || !wasNeverAvailable) {
        this.#states.set(row, next(this.get(row), outcome, evaluationTime));
      }
      if (outcome.state === 'missing') this.#missing.add(row);
      if (failed || outcome.state === 'failed') this.#failed.add(row);
      else this.#failed.delete(row);
    }
  }

  /** Drops metrics older than `limit` milliseconds. A clock that was set back does not extend their life. */
  expire(now: number, limit: number): void {
    for (const [row, state] of this.#states) {
      const { evaluationTime = now, valuedAt } = state;
      if (now - evaluationTime > limit && state.metrics.length > 0) this.#states.set(row, { ...state, metrics: [] });
      else if (evaluationTime > now)
        this.#states.set(row, { ...state, evaluationTime: now, valuedAt: valuedAt && now });
    }
  }
}

function next(state: RowState, outcome: Outcome, evaluationTime: number): RowState {
  if (outcome.state !== 'present') {
    const { reason, cause } = outcome;
    return { ...state, reason, cause };
  }
  const at = outcome.evaluationTime ?? evaluationTime;
  return {
    metrics: outcome.metrics,
    evaluationTime: at,
    valuedAt: hasValue(outcome.metrics) ? at : state.valuedAt,
    ...(at < evaluationTime
      ? { reason: 'the last value was not refreshed', cause: { code: 'not_refreshed', metrics: [] } }
      : { reason: undefined, cause: undefined }),
  };
}

/** Whether the metrics are more than one NaN or infinite sample. */
function hasValue([first, ...others]: readonly Metric[]): boolean {
  return others.length > 0 || (first !== undefined && !('value' in first && !Number.isFinite(Number(first.value))));
}
