import { labelSetCounts, pairRanking, rankings, statusCount } from '../catalogue/cap.js';
import type { Catalogue } from '../catalogue/compile.js';
import { labelKey } from '../catalogue/derive/labels.js';
import { scalarOf } from '../catalogue/derive/vector.js';
import type { Metric, Sample } from '../model.js';
import { addMatchers } from '../promql/add-matchers.js';
import { anyOf } from '../promql/any-of.js';
import type { Answer } from './answer.js';

type Ask = (promql: string) => Promise<Answer>;

/** The pairs of model and provider that are shown while a family of `/models` is over the limit. */
export interface PairChoice {
  /** Narrows a block to the chosen models, so that the others are not transferred. */
  readonly restrict: (block: string) => string;
  readonly has: (sample: Sample) => boolean;
  /** Label sets that each family has upstream. */
  readonly counts: ReadonlyMap<string, number>;
}

const pair = ['model', 'provider'];

/**
 * Counts the label sets of every family of `/models`. If one has more than `maxSeries`, Prometheus names the busiest pairs
 * of the last hour, as many as keep every family within the limit; undefined while all are within it.
 */
export async function choosePairs(catalogue: Catalogue, maxSeries: number, ask: Ask): Promise<PairChoice | undefined> {
  const askScalar = async (promql: string): Promise<number> =>
    scalarOf((await ask(catalogue.scoped(promql))).vector) ?? 0;
  const counts = new Map(
    await Promise.all(
      Object.entries(labelSetCounts).map(async ([family, promql]) => [family, await askScalar(promql)] as const),
    ),
  );
  if ([...counts.values()].every((count) => count <= maxSeries)) return undefined;
  // Every status of a pair is a label set of the requests family.
  const limit = Math.floor(maxSeries / Math.max(1, await askScalar(statusCount)));
  const { vector } = await ask(catalogue.scoped(`topk(${limit}, ${pairRanking})`));
  const chosen = new Set(vector.map(({ labels }) => labelKey(labels, pair)));
  const models = [...new Set(vector.map(({ labels }) => labels['model'] ?? ''))];
  const among = { label: 'model', op: '=~', value: anyOf(models) } as const;
  return {
    restrict: (block) => addMatchers(block, [among]),
    has: ({ labels }) => chosen.has(labelKey(labels, pair)),
    counts,
  };
}

/**
 * Keeps the busiest `maxSeries` metrics of a family with one label. Such families are small unless something is wrong
 * upstream; metrics that the ranking does not know come last.
 */
export async function keepBusiest(
  metrics: readonly Metric[],
  label: string,
  maxSeries: number,
  catalogue: Catalogue,
  ask: Ask,
): Promise<readonly Metric[]> {
  const ranking = rankings[label];
  const vector = ranking ? (await ask(catalogue.scoped(`topk(${maxSeries}, ${ranking})`))).vector : [];
  const busiest = new Set(vector.map(({ labels }) => labels[label] ?? ''));
  const isBusy = ({ labels }: Metric): boolean => busiest.has(labels[label] ?? '');
  return [...metrics.filter(isBusy), ...metrics.filter((metric) => !isBusy(metric))].slice(0, maxSeries);
}
