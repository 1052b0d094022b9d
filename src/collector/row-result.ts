import type { CompiledRow } from '../catalogue/compile.js';
import type { OutputFamily } from '../catalogue/definition.js';
import { findMissingReason, formatMissing, type MissingContext } from '../catalogue/missing-reasons.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Metric, Outcome, Vector } from '../model.js';
import type { QueryResult } from './query-result.js';
import type { LimitedFamilies, Selection } from './series-limit.js';

/** By block. */
export type BlockResults = ReadonlyMap<string, QueryResult>;

/** The metrics that a row came to, or the error of a block that it needs. */
export interface Derived {
  readonly row: CompiledRow;
  /** The family that the row fills, if it fills one. */
  readonly family: OutputFamily | undefined;
  readonly metrics: readonly Metric[];
  readonly error?: GatewayzMetricsError;
  /** Response time of the row's questions. */
  readonly seconds: number;
  /** What was answered, by the row's own names of its blocks; only where there are no metrics, and this may tell why. */
  readonly vectors: Readonly<Record<string, Vector>>;
}

/** All that is told about a row as of one instant. */
export interface RowResult {
  readonly outcome: Outcome;
  /** Response time of the row's questions. */
  readonly seconds: number;
  /** Label sets that the series cap left out. */
  readonly dropped: number;
}

export function derive(row: CompiledRow, family: OutputFamily | undefined, answers: BlockResults): Derived {
  const given = [...answers.values()];
  const seconds = given.reduce((total, answer) => total + answer.seconds, 0);
  const failed = (error: GatewayzMetricsError): Derived => ({ row, family, metrics: [], error, seconds, vectors: {} });
  const error = given.find((answer) => answer.error)?.error;
  if (error) return failed(error);
  try {
    const vectors = vectorsOf(row, answers);
    const metrics = row.derive(vectors);
    return { row, family, metrics, seconds, vectors: metrics.length > 0 ? {} : vectors };
  } catch (cause) {
    if (cause instanceof GatewayzMetricsError) return failed(cause);
    throw cause;
  }
}

export function isMissing({ metrics, error }: Derived): boolean {
  return metrics.length === 0 && !error;
}

/** Whether no block gave anything: nothing was there to derive from, if the row is absent. */
export function hasNoSamples({ vectors }: Derived): boolean {
  return Object.values(vectors).every((vector) => vector.length === 0);
}

export function outcomeOf({ row, metrics, error, vectors }: Derived, context: Omit<MissingContext, 'blocks'>): Outcome {
  if (error) return { state: 'failed', reason: error.message, cause: { code: error.code, metrics: row.metrics } };
  if (metrics.length > 0) return { state: 'present', metrics };
  const reason = findMissingReason(row, { ...context, blocks: vectors });
  const { code, metrics: concerned } = reason;
  return { state: 'missing', reason: formatMissing(reason), cause: { code, metrics: concerned } };
}

export function failedResult({ code, message }: GatewayzMetricsError): RowResult {
  return { outcome: { state: 'failed', reason: message, cause: { code, metrics: [] } }, seconds: 0, dropped: 0 };
}

/** Number of label sets of a family over the series limit, whether left out upstream or here. */
export function droppedOf(
  { row, family, metrics, error }: Derived,
  { metrics: shown }: Derived,
  limits: readonly LimitedFamilies[],
  selections: readonly Selection[],
): number {
  if (!family || error) return 0;
  const index = limits.findIndex((limited) => limited.has(row));
  const before = limits[index]?.labelSets(row, selections[index]) ?? metrics.length;
  return Math.max(0, before - shown.length);
}

/** By the row's own names of its blocks; empty where a block was not asked. */
export function vectorsOf(row: CompiledRow, answers: BlockResults): Record<string, Vector> {
  return Object.fromEntries(
    Object.entries(row.blocks).map(([name, block]) => [name, answers.get(block)?.vector ?? []]),
  );
}
