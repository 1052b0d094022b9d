import type { Collector, RowState, Snapshot } from '../model.js';
import { RowStates } from '../snapshot/row-states.js';

/**
 * What the Health Service alone says of an endpoint, for requests that wait too long for Prometheus and would get nothing.
 * Undefined where the endpoint has none of its rows, or it has no data either.
 *
 * @param instant evaluation instant that Prometheus has not responded yet
 * @param lifetime milliseconds for which it may be shown
 */
export async function healthOnlySnapshot(
  health: Collector,
  rows: readonly string[],
  {
    evaluationTime,
    now,
    lifetime,
  }: { readonly evaluationTime: number; readonly now: number; readonly lifetime: number },
): Promise<Snapshot | undefined> {
  const own = rows.filter((row) => health.has(row));
  const { outcomes, failure } = await health.collect(evaluationTime, own, AbortSignal.abort());
  const states = new RowStates();
  states.apply(evaluationTime, outcomes, failure !== undefined);
  if (!own.some((row) => states.answered(row))) return undefined;
  const reason = 'Prometheus has not responded yet';
  const unknown: RowState = { metrics: [], evaluationTime: undefined, valuedAt: undefined, reason };
  return {
    evaluationTime: evaluationTime,
    madeAt: now,
    nextRefresh: now,
    expires: now + lifetime,
    status: 'stale',
    failure: reason,
    rows: new Map(rows.map((row) => [row, health.has(row) ? states.get(row) : unknown])),
  };
}
