import type { Vector } from '../../model.js';
import { parseValue } from './number.js';

/**
 * `histogram_quantile(q, vector) >= 0` for one histogram, `vector` being `sum by (le) (rate(…_bucket[…]))`.
 *
 * The rules are those of Prometheus (`promql/quantile.go`): bounds that are equal as numbers are one bucket, counts are
 * made cumulative, interpolation is linear within a bucket, the first begins at 0, and a quantile in the last bucket is the
 * highest finite bound. Undefined without `+Inf`, with fewer than two buckets, or without observations.
 */
export function histogramQuantile(q: number, vector: Vector): number | undefined {
  const buckets = cumulativeBuckets(vector);
  const last = buckets.at(-1);
  if (!last || buckets.length < 2 || last.bound !== Number.POSITIVE_INFINITY || !(last.count > 0)) return undefined;
  let rank = q * last.count;
  const index = buckets.findIndex((bucket, i) => i === buckets.length - 1 || bucket.count >= rank);
  const bucket = buckets[index]!;
  if (index === buckets.length - 1) return atLeastZero(buckets[index - 1]!.bound);
  if (index === 0 && bucket.bound <= 0) return atLeastZero(bucket.bound);
  const before = buckets[index - 1] ?? { bound: 0, count: 0 };
  rank -= before.count;
  return atLeastZero(before.bound + (bucket.bound - before.bound) * (rank / (bucket.count - before.count)));
}

function atLeastZero(value: number): number | undefined {
  return value >= 0 ? value : undefined;
}

function cumulativeBuckets(vector: Vector): { bound: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const sample of vector) {
    const bound = parseValue(sample.labels['le'] ?? '');
    if (!Number.isNaN(bound) && sample.labels['le'] !== '')
      counts.set(bound, (counts.get(bound) ?? 0) + parseValue(sample.value));
  }
  let highest = Number.NEGATIVE_INFINITY;
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bound, count]) => {
      highest = Math.max(highest, count);
      return { bound, count: highest };
    });
}
