import type { Metric, RowState, Snapshot } from '../../src/model.js';
import { noon } from './refreshing.js';

/** A fresh row of one sample. */
export function fresh(value: string, instant = noon - 5_200): RowState {
  return row([{ labels: {}, value }], { evaluationTime: instant });
}

/** What a row had `age` seconds before noon, and why it has nothing newer. */
export function kept(value: string, age: number, reason = 'query timed out'): RowState {
  return row([{ labels: {}, value }], { evaluationTime: noon - age * 1000, reason });
}

/** A row that has nothing now; `hadAgo` seconds before noon it had a value, if ever. */
export function gone(reason: string, hadAgo?: number): RowState {
  const at = hadAgo === undefined ? undefined : noon - hadAgo * 1000;
  return { metrics: [], evaluationTime: at, valuedAt: at, reason };
}

export function row(metrics: readonly Metric[], state: Partial<RowState> = {}): RowState {
  const instant = state.evaluationTime ?? noon - 5_200;
  return { metrics, evaluationTime: instant, valuedAt: instant, reason: undefined, ...state };
}

/** A snapshot made at noon of values 5.2 s old. */
export function snapshotOf(rows: Readonly<Record<string, RowState>>, more: Partial<Snapshot> = {}): Snapshot {
  return {
    evaluationTime: noon - 5_200,
    madeAt: noon,
    nextRefresh: noon + 4_800,
    overdueAt: noon + 9_800,
    expires: noon + 294_800,
    status: 'ok',
    failure: undefined,
    rows: new Map(Object.entries(rows)),
    ...more,
  };
}
