import { wholeHistograms } from './derive/histogram.js';
import { type Row, row } from './row.js';

/**
 * The row of a histogram family: bounds merged as numbers, those that not every histogram has left out.
 *
 * `le` loses a trailing `.0` in the canonical text, so that `1` and `1.0` of two instances are one bound.
 */
export function histogramRow(
  metric: string,
  by: readonly string[],
  blocks: { readonly buckets: string; readonly layout: string; readonly sums: string },
): Row {
  const bounds = `label_replace(${metric}_bucket, "le", "$1", "le", "(.+)[.]0")`;
  const layout = `count by (le) (${bounds})`;
  return row({
    id: metric,
    promql: {
      bucket: `sum by (${[...by, 'le'].join(', ')}) (${bounds}) and on (le) (${layout} == scalar(max(${layout})))`,
      // Without buckets there is no histogram, whatever else is there.
      sum: `${blocks.sums} and on (${by.join(', ')}) ${metric}_bucket`,
    },
    blocks,
    derive: ({ buckets, layout, sums }) => wholeHistograms(buckets, sums, layout, by),
  });
}
