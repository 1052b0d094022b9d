import { type AbsenceContext, explainAbsence } from '../catalogue/absence.js';
import type { CompiledRow, OutputFamily } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Metric, Outcome, Vector } from '../model.js';
import type { Answer } from './answer.js';
import { labelSetsOf, type Pairs } from './series-cap.js';

/** By block. */
export type Answers = ReadonlyMap<string, Answer>;

/** The metrics that a row came to, or the error of a block that it needs. */
export interface Derived {
  readonly row: CompiledRow;
  /** The family that the row fills, if it fills one. */
  readonly family: OutputFamily | undefined;
  readonly metrics: readonly Metric[];
  readonly error?: GatewayzMetricsError;
}

/** All that is told about a row as of one instant. */
export interface RowResult {
  readonly outcome: Outcome;
  /** Response time of the row's questions. */
  readonly seconds: number;
  /** Label sets that the series cap left out. */
  readonly dropped: number;
}

export function derive(row: CompiledRow, family: OutputFamily | undefined, answers: Answers): Derived {
  const error = Object.values(row.blocks)
    .map((block) => answers.get(block)?.error)
    .find((found) => found !== undefined);
  if (error) return { row, family, metrics: [], error };
  try {
    return { row, family, metrics: row.derive(vectorsOf(row, answers)) };
  } catch (cause) {
    if (cause instanceof GatewayzMetricsError) return { row, family, metrics: [], error: cause };
    throw cause;
  }
}

export function isAbsent({ metrics, error }: Derived): boolean {
  return metrics.length === 0 && !error;
}

export function outcomeOf(
  { row, metrics, error }: Derived,
  answers: Answers,
  context: Omit<AbsenceContext, 'answers'>,
): Outcome {
  if (error) return { state: 'failed', reason: error.message };
  if (metrics.length > 0) return { state: 'present', metrics };
  return { state: 'absent', reason: explainAbsence(row, { ...context, answers: vectorsOf(row, answers) }) };
}

export function failedResult({ message }: GatewayzMetricsError): RowResult {
  return { outcome: { state: 'failed', reason: message }, seconds: 0, dropped: 0 };
}

/** How many label sets the cap took from a family, be it upstream or of what came. */
export function droppedOf({ family, metrics, error }: Derived, { metrics: shown }: Derived, pairs: Pairs): number {
  if (!family || error) return 0;
  const before = labelSetsOf(family, pairs) ?? metrics.length;
  return Math.max(0, before - shown.length);
}

/** By the row's own names of its blocks; empty where a block was not asked. */
export function vectorsOf(row: CompiledRow, answers: Answers): Record<string, Vector> {
  return Object.fromEntries(
    Object.entries(row.blocks).map(([name, block]) => [name, answers.get(block)?.vector ?? []]),
  );
}

export function secondsOf(row: CompiledRow, answers: Answers): number {
  const blocks = new Set(Object.values(row.blocks));
  return [...blocks].reduce((total, block) => total + (answers.get(block)?.seconds ?? 0), 0);
}
