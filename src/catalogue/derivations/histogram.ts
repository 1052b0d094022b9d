import type { Bucket, HistogramMetric, Labels, Vector } from '../../model.js';
import { labelKey, pickLabels } from './labels.js';
import { formatValue, parseValue } from './number.js';

/** A bucket bound in canonical form: `1` for `1.0`. */
function canonicalBound(le: string): string {
  return /^(.+)[.]0$/.exec(le)?.[1] ?? le;
}

/**
 * Builds histograms from `sum by (…, le) (…_bucket)`, `sum by (…) (…_sum)` and `count by (le) (…_bucket)`.
 *
 * Bounds are compared as numbers (`1` equals `1.0`). A bound that some source histograms lack is dropped, because the sum over
 * instances would not be cumulative there. A histogram without `+Inf` is omitted.
 */
export function mergeHistograms(
  buckets: Vector,
  sums: Vector,
  bucketBounds: Vector,
  by: readonly string[],
): HistogramMetric[] {
  const bounds = commonBounds(bucketBounds);
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
      if (slot >= 0) texts[slot] ??= canonicalBound(le);
    }
    if (slot < 0) continue;
    const key = labelKey(labels, by);
    let group = groups.get(key);
    if (!group) {
      group = { labels: pickLabels(labels, by), counts: bounds.map(() => undefined) };
      groups.set(key, group);
    }
    const existing = group.counts[slot];
    group.counts[slot] = existing === undefined ? value : formatValue(parseValue(existing) + parseValue(value));
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

/** Computes `count by (le)` from buckets when each histogram comes from a single source series. */
export function countBounds(buckets: Vector): Vector {
  const counts = new Map<string, number>();
  for (const { labels } of buckets) {
    const le = labels['le'] ?? '';
    counts.set(le, (counts.get(le) ?? 0) + 1);
  }
  return [...counts].map(([le, count]) => ({ labels: { le }, value: String(count) }));
}

/** Bounds that every source histogram has, ascending. */
function commonBounds(bucketBounds: Vector): readonly number[] {
  const counts = new Map<number, number>();
  for (const { labels, value } of bucketBounds) {
    const bound = parseValue(labels['le'] ?? 'NaN');
    // Negative bounds are dropped: a histogram with one must not have a `_sum`.
    if (bound >= 0) counts.set(bound, (counts.get(bound) ?? 0) + parseValue(value));
  }
  const all = Math.max(...counts.values());
  const common = [...counts].filter(([, count]) => count === all).map(([bound]) => bound);
  return common.sort((a, b) => a - b);
}

/** Makes counts non-decreasing: sums over instances may race with scrapes. */
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
