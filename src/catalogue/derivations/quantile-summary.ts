import type { SummaryMetric, Vector } from '../../model.js';
import { formatValue, parseValue } from './number.js';
import { histogramQuantile } from './quantile.js';

/** The quantiles of every summary that we export. */
export const exportedQuantiles = ['0.5', '0.95', '0.99'] as const;

/** A summary from `sum by (le) (rate(…_bucket))`, or else from an exported summary's quantiles; empty if nothing is known. */
export function quantileSummary(bucketRate: Vector, sum: Vector, count: Vector, own: Vector): SummaryMetric[] {
  const found = exportedQuantiles.flatMap((quantile) => {
    const fromBuckets = histogramQuantile(Number(quantile), bucketRate);
    const fromSummary = own.find(({ labels }) => labels['quantile'] === quantile)?.value;
    const value = fromBuckets === undefined ? fromSummary : formatValue(fromBuckets);
    return value === undefined ? [] : [{ quantile, value }];
  });
  const total = ([sample]: Vector): string | undefined =>
    sample && parseValue(sample.value) >= 0 ? sample.value : undefined;
  const [sumText, countText] = [total(sum), total(count)];
  const totals = {
    ...(sumText !== undefined && { sum: sumText }),
    ...(countText !== undefined && { count: countText }),
  };
  return found.length === 0 && Object.keys(totals).length === 0 ? [] : [{ labels: {}, quantiles: found, ...totals }];
}
