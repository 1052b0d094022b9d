import type { Outcome, RowState } from '../model.js';

const never: RowState = { metrics: [], instant: undefined, reason: 'not asked for yet' };

/**
 * The last answer of every row. What fails, or has no answer where it had one, keeps its metrics, all of them together,
 * while they are not older than the limit.
 */
export class RowStates {
  readonly #states = new Map<string, RowState>();
  readonly #failed = new Set<string>();

  get(row: string): RowState {
    return this.#states.get(row) ?? never;
  }

  /** Whether the row's last question was answered, be it with nothing. */
  answered(row: string): boolean {
    return this.#states.has(row) && !this.#failed.has(row);
  }

  /** Takes the outcomes of a refresh at `instant`; `limit` in milliseconds. */
  apply(instant: number, outcomes: ReadonlyMap<string, Outcome>, limit: number): void {
    for (const [row, outcome] of outcomes) {
      this.#states.set(row, next(this.get(row), outcome, instant, limit));
      if (outcome.state === 'failed') this.#failed.add(row);
      else this.#failed.delete(row);
    }
  }
}

function next(state: RowState, outcome: Outcome, instant: number, limit: number): RowState {
  if (outcome.state === 'present') {
    const kept = outcome.instant !== undefined && outcome.instant < instant;
    const reason = kept ? 'the last answer was not renewed' : undefined;
    return { metrics: outcome.metrics, instant: outcome.instant ?? instant, reason };
  }
  const recent = state.instant !== undefined && instant - state.instant <= limit;
  return { metrics: recent ? state.metrics : [], instant: state.instant, reason: outcome.reason };
}
