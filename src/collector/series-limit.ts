import type { Catalogue, CompiledRow } from '../catalogue/compile.js';
import type { SeriesLimitDefinition } from '../catalogue/definition.js';
import { scalarOf } from '../catalogue/derivations/vector.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Metric, Vector } from '../model.js';
import { anyOf } from '../promql/any-of.js';
import type { Matcher } from '../promql/matcher.js';
import { type ScopedQuery, withMatchers } from '../promql/query.js';
import type { SharedQueries } from './shared-queries.js';

/** The label sets that are shown while a family is over the limit. */
export interface BusiestChoice {
  /** Restricts a block to the selected label sets, so that the others are not transferred; undefined if none is selected. */
  readonly restrict: (block: string) => string | undefined;
  /** By row id: label sets that its family has upstream. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What is shown of limited families: a choice; everything, if undefined; or nothing, because Prometheus could not choose. */
export type Selection = BusiestChoice | GatewayzMetricsError | undefined;

/** The metrics that a row came to. */
interface Evaluated {
  readonly row: CompiledRow;
  readonly metrics: readonly Metric[];
  readonly error?: GatewayzMetricsError;
}

/** The families of one series limit. */
export class LimitedFamilies {
  /** Texts of the blocks that are restricted to the selection. */
  readonly blocks: ReadonlySet<string>;
  readonly #limit: SeriesLimitDefinition;
  readonly #catalogue: Catalogue;
  readonly #maxSeries: number;
  /** Whether the families last had so few label sets that counting them first is not worth it. */
  #isBelowLimit = false;

  constructor(limit: SeriesLimitDefinition, catalogue: Catalogue, maxSeries: number) {
    this.blocks = new Set(limit.blocks.map(catalogue.scoped));
    this.#limit = limit;
    this.#catalogue = catalogue;
    this.#maxSeries = maxSeries;
  }

  has(row: CompiledRow): boolean {
    return Object.values(row.blocks).some((block) => this.blocks.has(block));
  }

  /** Label sets that the row's family has upstream, where they were counted. */
  labelSets({ id }: CompiledRow, selection: Selection): number | undefined {
    if (!selection || selection instanceof GatewayzMetricsError) return undefined;
    return selection.counts.get(id) ?? 0;
  }

  /**
   * Counts the label sets of every family. If one has more than `maxSeries`, Prometheus names the busiest of the last hour, as many
   * as keep every family within the limit; undefined while all are within it. An error where Prometheus could not tell: querying
   * everything then may be far too much.
   */
  async choose(
    rows: readonly CompiledRow[],
    exists: (metric: string) => boolean,
    questions: SharedQueries,
  ): Promise<Selection> {
    if (this.#isBelowLimit || !rows.some((row) => this.has(row) && row.metrics.some(exists))) return undefined;
    const { counts: countQueries, perSelection, ranking, blocks } = this.#limit;
    const catalogue = this.#catalogue;
    try {
      const countOf = async (promql: string): Promise<number> =>
        scalarOf(await queryOrThrow(catalogue.scoped(promql), questions)) ?? 0;
      const existing = Object.entries(countQueries).filter(([, promql]) =>
        catalogue.query(promql).metrics.some(exists),
      );
      const counts = new Map(
        await Promise.all(existing.map(async ([row, promql]) => [row, await countOf(promql)] as const)),
      );
      if ([...counts.values()].every((count) => count <= this.#maxSeries)) return undefined;
      const limit = Math.floor(this.#maxSeries / Math.max(1, await countOf(perSelection)));
      const busiest = await queryOrThrow(`topk(${limit}, ${catalogue.scoped(ranking)})`, questions);
      const queries = new Map(blocks.map(catalogue.query).map((query) => [query.text, query]));
      return { restrict: restrictionTo(busiest, this.#limit.labels, queries), counts };
    } catch (error) {
      if (error instanceof GatewayzMetricsError) return error;
      throw error;
    }
  }

  /** Takes what the rows came to. Whether a family outgrew the limit while it was not counted. */
  outgrew(evaluated: readonly Evaluated[], selection: Selection): boolean {
    const own = evaluated.filter(({ row }) => this.has(row));
    if (own.every(({ row, metrics, error }) => !error && metrics.length === 0 && row.metrics.length === 0))
      return false;
    const outgrew = this.#isBelowLimit && own.some(({ metrics }) => metrics.length > this.#maxSeries);
    this.#isBelowLimit =
      !selection && own.every(({ metrics, error }) => !error && 2 * metrics.length <= this.#maxSeries);
    return outgrew;
  }
}

async function queryOrThrow(promql: string, questions: SharedQueries): Promise<Vector> {
  const { vector, error } = await questions.query(promql);
  if (error) throw error;
  return vector;
}

/** One selector for each combination of all labels but the last, since matchers cannot name combinations. */
function restrictionTo(
  selected: Vector,
  names: readonly string[],
  blocks: ReadonlyMap<string, ScopedQuery>,
): BusiestChoice['restrict'] {
  const last = names.at(-1)!;
  const groups = new Map<string, { readonly matchers: readonly Matcher[]; readonly values: string[] }>();
  for (const { labels } of selected) {
    const matchers = names.slice(0, -1).map((label): Matcher => ({ label, op: '=', value: labels[label] ?? '' }));
    const key = JSON.stringify(matchers);
    const group = groups.get(key) ?? { matchers, values: [] };
    group.values.push(labels[last] ?? '');
    groups.set(key, group);
  }
  const selectors = [...groups.values()].map(({ matchers, values }): readonly Matcher[] => [
    ...matchers,
    { label: last, op: '=~', value: anyOf(values) },
  ]);
  return (block) =>
    selectors.length === 0 ? undefined : union(selectors.map((matchers) => withMatchers(blocks.get(block)!, matchers)));
}

/** `a or b or …`, balanced: each `or` copies what is on its left. */
function union(texts: readonly string[]): string {
  if (texts.length === 1) return texts[0]!;
  const middle = texts.length >> 1;
  return `(${union(texts.slice(0, middle))} or ${union(texts.slice(middle))})`;
}

/** A family with one label, and its metrics before the cut. */
interface Labelled {
  readonly label: string;
  readonly metrics: readonly Metric[];
}

/**
 * By label, the values that are shown where some family has more than `maxSeries` of them: the busiest, the same for all
 * families with that label. Such families are small unless something is wrong upstream, so they are cut here.
 */
export async function chooseBusiest(
  families: readonly Labelled[],
  maxSeries: number,
  catalogue: Catalogue,
  questions: SharedQueries,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const over = new Set(families.filter(({ metrics }) => metrics.length > maxSeries).map(({ label }) => label));
  const chosen = await Promise.all(
    [...over].map(async (label) => {
      const ranking = catalogue.rankings[label];
      const { vector } = ranking
        ? await questions.query(`topk(${maxSeries}, ${catalogue.scoped(ranking)})`)
        : { vector: [] };
      // What the ranking does not know comes last.
      const shown = families.filter((family) => family.label === label).flatMap(({ metrics }) => metrics);
      const values = [...vector, ...shown].map(({ labels }) => labels[label] ?? '');
      return [label, new Set([...new Set(values)].slice(0, maxSeries))] as const;
    }),
  );
  return new Map(chosen);
}
