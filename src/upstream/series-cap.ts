import { cappedBlocks, labelSetCounts, pairRanking, rankings, statusCount } from '../catalogue/cap.js';
import type { Catalogue, OutputFamily } from '../catalogue/compile.js';
import { scalarOf } from '../catalogue/derive/vector.js';
import { GatewayzMetricsError } from '../errors.js';
import type { Metric, Vector } from '../model.js';
import { anyOf } from '../promql/any-of.js';
import { type ScopedQuery, withMatchers } from '../promql/query.js';
import type { Questions } from './questions.js';

/** The pairs of model and provider that are shown while a family of `/models` is over the limit. */
export interface PairChoice {
  /** Narrows a block that grows with the pairs to the chosen ones, so that the others are not transferred; undefined when no pair is chosen. */
  readonly restrict: (block: string) => string | undefined;
  /** Label sets that each family has upstream. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What is shown of the pairs: a choice; all, if undefined; or nothing, because Prometheus could not choose. */
export type Pairs = PairChoice | GatewayzMetricsError | undefined;

/** Label sets that a family has upstream, where they were counted. */
export function labelSetsOf({ name, labels }: OutputFamily, pairs: Pairs): number | undefined {
  if (!pairs || pairs instanceof GatewayzMetricsError || !labels.includes('model')) return undefined;
  return pairs.counts.get(name) ?? 0;
}

/**
 * Counts the label sets of every family of `/models`. If one has more than `maxSeries`, Prometheus names the busiest pairs
 * of the last hour, as many as keep every family within the limit; undefined while all are within it. An error where
 * Prometheus could not tell: asking for everything then may be asking for far too much.
 */
export async function choosePairs(
  catalogue: Catalogue,
  maxSeries: number,
  exists: (metric: string) => boolean,
  questions: Questions,
): Promise<Pairs> {
  try {
    const ask = (promql: string): Promise<Vector> => askOrThrow(catalogue.scoped(promql), questions);
    const askNumber = async (promql: string): Promise<number> => scalarOf(await ask(promql)) ?? 0;
    const known = Object.entries(labelSetCounts).filter(([, promql]) => catalogue.query(promql).metrics.some(exists));
    const counts = new Map(
      await Promise.all(known.map(async ([family, promql]) => [family, await askNumber(promql)] as const)),
    );
    if ([...counts.values()].every((count) => count <= maxSeries)) return undefined;
    // Every status of a pair is a label set of the requests family.
    const limit = Math.floor(maxSeries / Math.max(1, await askNumber(statusCount)));
    const busiest = await askOrThrow(`topk(${limit}, ${catalogue.scoped(pairRanking)})`, questions);
    const capped = cappedBlocks.map(catalogue.query);
    return { restrict: restrictionTo(busiest, new Map(capped.map((block) => [block.text, block]))), counts };
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return error;
    throw error;
  }
}

async function askOrThrow(promql: string, questions: Questions): Promise<Vector> {
  const { vector, error } = await questions.query(promql);
  if (error) throw error;
  return vector;
}

/** One selection for each provider, since matchers cannot name pairs. */
function restrictionTo(pairs: Vector, blocks: ReadonlyMap<string, ScopedQuery>): PairChoice['restrict'] {
  const models = new Map<string, string[]>();
  for (const { labels } of pairs) {
    const provider = labels['provider'] ?? '';
    models.set(provider, [...(models.get(provider) ?? []), labels['model'] ?? '']);
  }
  const selections = [...models].map(
    ([provider, of]) =>
      [
        { label: 'provider', op: '=', value: provider },
        { label: 'model', op: '=~', value: anyOf(of) },
      ] as const,
  );
  return (block) =>
    selections.length === 0
      ? undefined
      : union(selections.map((matchers) => withMatchers(blocks.get(block)!, matchers)));
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
  questions: Questions,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const over = new Set(families.filter(({ metrics }) => metrics.length > maxSeries).map(({ label }) => label));
  const chosen = await Promise.all(
    [...over].map(async (label) => {
      const ranking = rankings[label];
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
