import { countBounds, mergeHistograms } from './derive/histogram.js';
import { type BlockVectors, type Row, row } from './row.js';

/**
 * Defines the row of a histogram family. Bounds are compared as numbers; bounds that some source histograms lack are dropped.
 *
 * `le` loses a trailing `.0` in the canonical text, so that `1` and `1.0` of two instances are one bound.
 *
 * @param blocks `layout` counts the source series per bound. With `several`, the number of output histograms that sum more
 *   than one source histogram, `layout` is queried only if that number is not zero.
 */
export function histogramRow(
  metric: string,
  by: readonly string[],
  blocks: { readonly buckets: string; readonly several?: string; readonly layout: string; readonly sums: string },
): Row {
  const bounds = `label_replace(${metric}_bucket, "le", "$1", "le", "(.+)[.]0")`;
  const layout = `count by (le) (${bounds})`;
  const promql = {
    bucket: `sum by (${[...by, 'le'].join(', ')}) (${bounds}) and on (le) (${layout} == scalar(max(${layout})))`,
    // Without buckets there is no histogram, whatever else is there.
    sum: `${blocks.sums} and on (${by.join(', ')}) ${metric}_bucket`,
  };
  const { several, ...always } = blocks;
  if (several === undefined) {
    const derive = ({ buckets, sums, layout }: BlockVectors<keyof typeof always>) =>
      mergeHistograms(buckets, sums, layout, by);
    return row({ id: metric, promql, blocks: always, derive });
  }
  return row({
    id: metric,
    promql,
    blocks: { ...always, several },
    onlyIf: { layout: ({ several }) => several.length > 0 },
    derive: ({ buckets, sums, layout, several }) =>
      mergeHistograms(buckets, sums, several.length > 0 ? layout : countBounds(buckets), by),
  });
}
