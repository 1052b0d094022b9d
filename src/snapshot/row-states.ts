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
 * old. A row that never had data keeps the reason for that while queries fail.
 */
export class RowStates {
  readonly #states = new Map<string, RowState>();
  /** By row whose last query failed: why. */
  readonly #failures = new Map<string, string>();
  /** Rows whose last successful query returned no data. */
  readonly #missing = new Set<string>();

  get(row: string): RowState {
    return this.#states.get(row) ?? never;
  }

  /** Whether the row's last query succeeded, with or without data. */
  answered(row: string): boolean {
    return this.#states.has(row) && !this.#failures.has(row);
  }

  /** Why the row's last query failed; undefined if it succeeded. */
  failure(row: string): string | undefined {
    return this.#failures.get(row);
  }

  /** Applies the outcomes of one collection. With `failed`, they are the source's last good values, not responses. */
  apply(evaluationTime: number, outcomes: ReadonlyMap<string, Outcome>, failed: boolean): void {
    for (const [row, outcome] of outcomes) {
      this.#states.set(row, this.#next(row, outcome, evaluationTime));
      if (failed || outcome.state === 'failed') {
        this.#failures.set(row, outcome.state === 'present' ? 'the last value was not refreshed' : outcome.reason);
      } else this.#failures.delete(row);
      if (outcome.state === 'missing') this.#missing.add(row);
      else if (outcome.state === 'present') this.#missing.delete(row);
    }
  }

  /** Drops metrics older than `limit` milliseconds. A clock that was set back does not extend their life. */
  expire(now: number, limit: number): void {
    for (const [row, state] of this.#states) {
      const { evaluationTime = now, valuedAt } = state;
      if (now - evaluationTime > limit && state.metrics.length > 0) this.#states.set(row, { ...state, metrics: [] });
      else if (evaluationTime > now) {
        this.#states.set(row, { ...state, evaluationTime: now, valuedAt: valuedAt && now });
      }
    }
  }

  #next(row: string, outcome: Outcome, evaluationTime: number): RowState {
    const state = this.get(row);
    if (outcome.state !== 'present') {
      const neverAvailable = state.evaluationTime === undefined && this.#missing.has(row);
      return neverAvailable && outcome.state === 'failed'
        ? state
        : { ...state, reason: outcome.reason, cause: outcome.cause };
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
}

/** Whether the metrics are more than one NaN or infinite sample. */
function hasValue([first, ...others]: readonly Metric[]): boolean {
  return others.length > 0 || (first !== undefined && !('value' in first && !Number.isFinite(Number(first.value))));
}
