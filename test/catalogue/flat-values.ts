import type { Labels, Metric, Vector } from '../../src/model.js';

/** Values by their labels; one form for what rows give, what PromQL answers and what scenarios expect. */
export type FlatValues = ReadonlyMap<string, string>;

/** Of a histogram also `le`, of a summary `quantile`; sum and count are marked by a label of that name without value. */
export function flattenMetrics(metrics: readonly Metric[]): FlatValues {
  return new Map(
    metrics.flatMap((metric): [string, string][] => {
      const { labels } = metric;
      if ('value' in metric) return [[keyOf(labels), metric.value]];
      const totals = [
        ['sum', metric.sum],
        ['count', 'count' in metric ? metric.count : undefined],
      ].flatMap(([word, value]): [string, string][] =>
        value === undefined ? [] : [[keyOf({ ...labels, [word!]: '' }), value]],
      );
      return 'buckets' in metric
        ? [...metric.buckets.map(({ le, value }): [string, string] => [keyOf({ ...labels, le }), value]), ...totals]
        : [
            ...metric.quantiles.map(({ quantile, value }): [string, string] => [keyOf({ ...labels, quantile }), value]),
            ...totals,
          ];
    }),
  );
}

/** The answer to one part of a row's canonical PromQL: `value`, `bucket`, `sum`, `count` or a quantile. */
export function flattenPart(part: string, vector: Vector): FlatValues {
  return new Map(
    vector.map(({ labels, value }) => {
      if (part === 'value' || part === 'bucket') return [keyOf(labels), value];
      const word: Labels = part === 'sum' || part === 'count' ? { [part]: '' } : { quantile: part };
      return [keyOf({ ...labels, ...word }), value];
    }),
  );
}

/** Lines as scenarios write them: `name=value,sum 12.5`. */
export function flattenLines(lines: readonly string[]): FlatValues {
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      const words = end === -1 ? [] : line.slice(0, end).split(',');
      const labels = words.map((word) => /^(?<name>[^=]*)=?(?<value>.*)$/.exec(word)!.groups!);
      return [
        keyOf(Object.fromEntries(labels.map(({ name, value }) => [name!, value!]))),
        end === -1 ? line : line.slice(end + 1),
      ];
    }),
  );
}

function keyOf(labels: Labels): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(',');
}
