import type { Bucket, HistogramMetric, Labels, Vector } from '../../model.js';
import { labelKey, pickLabels } from './labels.js';
import { formatValue, parseValue } from './number.js';

/** The text of a bound as we write it: `1` for `1.0`. */
function boundText(le: string): string {
  return /^(.+)[.]0$/.exec(le)?.[1] ?? le;
}

/**
 * Whole histograms from `sum by (…, le) (…_bucket)`, `sum by (…) (…_sum)` and `count by (le) (…_bucket)`.
 *
 * Bounds are merged as numbers (`1` and `1.0`). A bound that not every scraped histogram has is dropped: summed over
 * instances with different layouts it would not be cumulative. A histogram without `+Inf` is left out.
 */
export function wholeHistograms(
  buckets: Vector,
  sums: Vector,
  layout: Vector,
  by: readonly string[],
): HistogramMetric[] {
  const kept = commonBounds(layout);
  const sumByKey = new Map(sums.map((sample) => [labelKey(sample.labels, by), sample.value]));
  const groups = new Map<string, { labels: Labels; buckets: Map<number, Bucket> }>();
  for (const { labels, value } of buckets) {
    const bound = parseValue(labels['le'] ?? 'NaN');
    if (!kept.has(bound)) continue;
    const key = labelKey(labels, by);
    const group = groups.get(key) ?? { labels: pickLabels(labels, by), buckets: new Map<number, Bucket>() };
    groups.set(key, group);
    const twin = group.buckets.get(bound);
    const total = twin ? formatValue(parseValue(twin.value) + parseValue(value)) : value;
    group.buckets.set(bound, { le: boundText(labels['le']!), value: total });
  }
  return [...groups].flatMap(([key, group]) => {
    if (!group.buckets.has(Number.POSITIVE_INFINITY)) return [];
    const ascending = [...group.buckets].sort(([a], [b]) => a - b).map(([, bucket]) => bucket);
    const sum = sumByKey.get(key);
    const usable = sum !== undefined && parseValue(sum) >= 0;
    return [{ labels: group.labels, buckets: cumulative(ascending), ...(usable ? { sum } : {}) }];
  });
}

function commonBounds(layout: Vector): ReadonlySet<number> {
  const counts = new Map<number, number>();
  for (const { labels, value } of layout) {
    const bound = parseValue(labels['le'] ?? 'NaN');
    // Durations have no negative bounds, and a histogram with one could not show its sum.
    if (bound >= 0) counts.set(bound, (counts.get(bound) ?? 0) + parseValue(value));
  }
  const all = Math.max(...counts.values());
  return new Set([...counts].filter(([, count]) => count === all).map(([bound]) => bound));
}

/** Scrapes of one instance may be a moment apart from another's recording of the same bucket; counts never fall with the bound. */
function cumulative(ascending: readonly Bucket[]): Bucket[] {
  let highest = 0;
  let text = '0';
  return ascending.map((bucket) => {
    const count = parseValue(bucket.value);
    if (count >= highest) [highest, text] = [count, bucket.value];
    return { le: bucket.le, value: text };
  });
}
