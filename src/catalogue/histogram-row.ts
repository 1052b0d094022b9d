import { layoutOf, wholeHistograms } from './derive/histogram.js';
import { type Answers, type Row, row } from './row.js';

/**
 * The row of a histogram family: bounds merged as numbers, those that not every histogram has left out.
 *
 * `le` loses a trailing `.0` in the canonical text, so that `1` and `1.0` of two instances are one bound.
 *
 * @param blocks `layout` reads every bucket once more. With `several`, the number of ours that are sums of more than one
 *   histogram upstream, it is only asked where there are any: else their layout is that of what has come.
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
    const derive = ({ buckets, sums, layout }: Answers<keyof typeof always>) =>
      wholeHistograms(buckets, sums, layout, by);
    return row({ id: metric, promql, blocks: always, derive });
  }
  return row({
    id: metric,
    promql,
    blocks: { ...always, several },
    onlyIf: { layout: ({ several }) => several.length > 0 },
    derive: ({ buckets, sums, layout, several }) =>
      wholeHistograms(buckets, sums, several.length > 0 ? layout : layoutOf(buckets), by),
  });
}
