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
  const bounds = commonBounds(layout);
  const infinity = bounds.indexOf(Number.POSITIVE_INFINITY);
  const slots = new Map<string, number>();
  const texts: string[] = [];
  const groups = new Map<string, { readonly labels: Labels; readonly counts: (string | undefined)[] }>();
  for (const { labels, value } of buckets) {
    const le = labels['le'] ?? 'NaN';
    let slot = slots.get(le);
    if (slot === undefined) {
      slot = bounds.indexOf(parseValue(le));
      slots.set(le, slot);
      if (slot >= 0) texts[slot] ??= boundText(le);
    }
    if (slot < 0) continue;
    const key = labelKey(labels, by);
    let group = groups.get(key);
    if (!group) {
      group = { labels: pickLabels(labels, by), counts: bounds.map(() => undefined) };
      groups.set(key, group);
    }
    const twin = group.counts[slot];
    group.counts[slot] = twin === undefined ? value : formatValue(parseValue(twin) + parseValue(value));
  }
  const sumByKey = new Map(sums.map((sample) => [labelKey(sample.labels, by), sample.value]));
  const histograms: HistogramMetric[] = [];
  for (const [key, { labels, counts }] of groups) {
    if (counts[infinity] === undefined) continue;
    const sum = sumByKey.get(key);
    const usable = sum !== undefined && parseValue(sum) >= 0;
    histograms.push({ labels, buckets: cumulative(counts, texts), ...(usable ? { sum } : {}) });
  }
  return histograms;
}

/** What `count by (le)` over histograms would say, each of which is in `buckets` by itself. */
export function layoutOf(buckets: Vector): Vector {
  const counts = new Map<string, number>();
  for (const { labels } of buckets) {
    const le = labels['le'] ?? '';
    counts.set(le, (counts.get(le) ?? 0) + 1);
  }
  return [...counts].map(([le, count]) => ({ labels: { le }, value: String(count) }));
}

/** Ascending. */
function commonBounds(layout: Vector): readonly number[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of layout) {
    const bound = parseValue(labels['le'] ?? 'NaN');
    // Durations have no negative bounds, and a histogram with one could not show its sum.
    if (bound >= 0) counts.set(bound, (counts.get(bound) ?? 0) + parseValue(value));
  }
  const all = Math.max(...counts.values());
  const common = [...counts].filter(([, count]) => count === all).map(([bound]) => bound);
  return common.sort((a, b) => a - b);
}

/** Scrapes of one instance may be a moment apart from another's recording of the same bucket; counts never fall with the bound. */
function cumulative(counts: readonly (string | undefined)[], texts: readonly string[]): Bucket[] {
  const buckets: Bucket[] = [];
  let highest = 0;
  let value = '0';
  for (const [slot, text] of counts.entries()) {
    if (text === undefined) continue;
    const count = parseValue(text);
    if (count >= highest) [highest, value] = [count, text];
    buckets.push({ le: texts[slot]!, value });
  }
  return buckets;
}
