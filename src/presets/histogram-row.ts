import type { RowDefinition } from '../catalogue/definition.js';

/**
 * Defines the row of a histogram family. Bounds are compared as numbers; bounds that some source histograms lack are dropped.
 *
 * `le` loses a trailing `.0` in the canonical text, so that `1` and `1.0` of two instances are one bound.
 *
 * @param blocks `bucketBounds` counts the source series per bound. With `hasDuplicates`, the number of output histograms that sum
 *   more than one source histogram, `bucketBounds` is queried only if that number is not zero.
 */
export function histogramRow(
  metric: string,
  by: readonly string[],
  blocks: {
    readonly buckets: string;
    readonly hasDuplicates?: string;
    readonly bucketBounds: string;
    readonly sums: string;
  },
): RowDefinition {
  const bounds = `label_replace(${metric}_bucket, "le", "$1", "le", "(.+)[.]0")`;
  const countByBound = `count by (le) (${bounds})`;
  return {
    id: metric,
    promql: {
      bucket: `sum by (${[...by, 'le'].join(', ')}) (${bounds}) and on (le) (${countByBound} == scalar(max(${countByBound})))`,
      // Without buckets there is no histogram, whatever else is there.
      sum: `${blocks.sums} and on (${by.join(', ')}) ${metric}_bucket`,
    },
    blocks,
    ...(blocks.hasDuplicates !== undefined && { when: { bucketBounds: 'hasDuplicates' } }),
    derivation: 'histogram',
    arguments: { by },
  };
}
