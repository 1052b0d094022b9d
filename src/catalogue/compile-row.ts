import type { Metric } from '../model.js';
import { formatPromqlError, PromqlError } from '../promql/promql-error.js';
import type { ScopedQuery } from '../promql/query.js';
import type { BlockVectors } from './block-vectors.js';
import type { RowDefinition } from './definition.js';
import { withLabels } from './derivations/labels.js';
import { applyDerivation, derivationProblems } from './derivations/registry.js';

/** A row that was checked, with the scope's matchers in its texts. */
export interface CompiledRow {
  readonly id: string;
  /** Canonical texts with the scope's matchers: what can be pasted into Prometheus. */
  readonly promql: Readonly<Record<string, string>>;
  /** Query text by local block name; the text is also the block's identity. */
  readonly blocks: Readonly<Record<string, string>>;
  /** Names of the metrics that the row reads, in all and by block. */
  readonly metrics: readonly string[];
  readonly blockMetrics: Readonly<Record<string, readonly string[]>>;
  /** Conditional blocks: queried only if the named other block is not empty. */
  readonly when: Readonly<Record<string, string>>;
  readonly derive: (blocks: BlockVectors) => readonly Metric[];
  readonly idle: string | undefined;
  /** Whether the row must not be queried, because the base selector has no `job`. */
  readonly needsJob: boolean;
  /** The same row with other spellings of its metric names. */
  readonly spellings: readonly CompiledRow[];
}

/** Adds the scope's matchers to a text. @throws {PromqlError} if it does not parse. */
export type QueryScoper = (text: string) => ScopedQuery;

/**
 * Checks a row and adds the scope's matchers to its texts; undefined if it has a problem.
 *
 * @param labels label names of the family that the row fills
 * @param report takes each problem
 */
export function compileRow(
  row: RowDefinition,
  labels: readonly string[],
  query: QueryScoper,
  report: (problem: string) => void,
): CompiledRow | undefined {
  let failed = false;
  const fail = (problem: string): void => {
    failed = true;
    report(problem);
  };
  const compileTexts = (texts: Readonly<Record<string, string>>): [string, ScopedQuery][] =>
    Object.entries(texts).flatMap(([name, text]): [string, ScopedQuery][] => {
      try {
        return [[name, query(text)]];
      } catch (error) {
        if (!(error instanceof PromqlError)) throw error;
        fail(`${name}: ${formatPromqlError(error)}`);
        return [];
      }
    });
  const { id, when = {}, idle, derivation = 'value', arguments: args = {} } = row;
  const texts = row.blocks ?? row.promql;
  const canonical = compileTexts(row.promql);
  // A plain row's block equals its canonical text: report an error once.
  const compiled = failed ? [] : compileTexts(texts);
  for (const problem of derivationProblems(derivation, Object.keys(texts), args)) fail(problem);
  for (const [block, other] of Object.entries(when)) {
    if (texts[block] === undefined || texts[other] === undefined || when[other] !== undefined) {
      fail(`when: expected two blocks, the second without a condition, got ${block}: ${other}`);
    }
  }
  if (failed) return undefined;
  return {
    id,
    promql: Object.fromEntries(canonical.map(([name, { text }]) => [name, text])),
    blocks: Object.fromEntries(compiled.map(([name, { text }]) => [name, text])),
    metrics: [...new Set(canonical.flatMap(([, { metrics }]) => metrics))],
    blockMetrics: Object.fromEntries(compiled.map(([name, { metrics }]) => [name, metrics])),
    when,
    derive: (blocks) => withLabels(applyDerivation(derivation, blocks, args), labels, id),
    idle,
    needsJob: row.needsJob === true,
    spellings: [],
  };
}

/** The texts of a row with another spelling of a prefix. */
export function respell(row: RowDefinition, prefix: string, other: string): RowDefinition {
  const change = (texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.replaceAll(prefix, other)]));
  return { ...row, promql: change(row.promql), ...(row.blocks && { blocks: change(row.blocks) }) };
}

/** The spelling of a row that has metrics; the first if none has. */
export function findSpelling(row: CompiledRow, exists: (metric: string) => boolean): CompiledRow {
  return [row, ...row.spellings].find(({ metrics }) => metrics.some(exists)) ?? row;
}
