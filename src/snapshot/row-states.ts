import type { Metric, Outcome, RowState } from '../model.js';

const never: RowState = { metrics: [], instant: undefined, valuedAt: undefined, reason: 'not asked for yet' };

/**
 * The last answer of every row. What fails, or has no answer where it had one, keeps its metrics, all of them together,
 * until they are too old.
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

  /** Whether the row's last question failed. */
  failed(row: string): boolean {
    return this.#failed.has(row);
  }

  /** Takes what a source told as of `instant`; with `failed`, its outcomes are what it had left, not answers. */
  apply(instant: number, outcomes: ReadonlyMap<string, Outcome>, failed: boolean): void {
    for (const [row, outcome] of outcomes) {
      this.#states.set(row, next(this.get(row), outcome, instant));
      if (failed || outcome.state === 'failed') this.#failed.add(row);
      else this.#failed.delete(row);
    }
  }

  /** Lets go of metrics that are older than `limit` milliseconds. A clock that was set back makes nothing live longer. */
  expire(now: number, limit: number): void {
    for (const [row, state] of this.#states) {
      const { instant = now, valuedAt } = state;
      if (now - instant > limit && state.metrics.length > 0) this.#states.set(row, { ...state, metrics: [] });
      else if (instant > now) this.#states.set(row, { ...state, instant: now, valuedAt: valuedAt && now });
    }
  }
}

function next(state: RowState, outcome: Outcome, instant: number): RowState {
  if (outcome.state !== 'present') return { ...state, reason: outcome.reason };
  const at = outcome.instant ?? instant;
  return {
    metrics: outcome.metrics,
    instant: at,
    valuedAt: isValue(outcome.metrics) ? at : state.valuedAt,
    reason: at < instant ? 'the last answer was not renewed' : undefined,
  };
}

/** Whether there is anything but one sample that is NaN or infinite. */
function isValue([first, ...others]: readonly Metric[]): boolean {
  return others.length > 0 || (first !== undefined && !('value' in first && !Number.isFinite(Number(first.value))));
}
