import type { Collector, RowState, Snapshot } from '../model.js';
import { RowStates } from '../snapshot/row-states.js';

/**
 * Snapshot of an endpoint from the Health Service alone, for requests that would otherwise time out waiting for
 * Prometheus. Undefined if the Health Service has no data for the endpoint.
 *
 * @param health Returns at once.
 * @param evaluationTime Evaluation timestamp that Prometheus has not responded for yet.
 * @param lifetime Milliseconds until the snapshot expires.
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
  const { outcomes, failure } = await health.collect(evaluationTime, own, new AbortController().signal);
  const states = new RowStates();
  states.apply(evaluationTime, outcomes, failure !== undefined);
  if (!own.some((row) => states.answered(row))) return undefined;
  const reason = 'Prometheus has not responded yet';
  const unknown: RowState = { metrics: [], evaluationTime: undefined, valuedAt: undefined, reason };
  return {
    evaluationTime,
    madeAt: now,
    nextRefresh: now,
    overdueAt: now,
    expires: now + lifetime,
    status: 'stale',
    failure: reason,
    provisional: true,
    rows: new Map(rows.map((row) => [row, health.has(row) ? states.get(row) : unknown])),
  };
}
