import { blocks } from '../catalogue/blocks.js';
import { listSelectors } from '../promql/selectors.js';
import type { QueryOptions } from './queries.js';
import { createQueries } from './queries.js';
import { groupedAlsoBy } from './rewrite.js';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/**
 * Blocks worth recording: rates, of which a large gateway has at least twenty series for each that comes out. Totals are
 * not recorded, they would be behind the raw ones.
 */
export const recordedBlocks = [
  'inferenceRate',
  'inferenceDurationSumRate',
  'inferenceDurationCountRate',
  'inferenceBucketRate',
  'httpBucketRate',
] as const satisfies readonly (keyof typeof blocks)[];

/**
 * One rule per block. What is recorded keeps the labels of the base selector, so that the selector applies to it as well;
 * without one, the job.
 */
export function recordingRules(options: QueryOptions): readonly RecordingRule[] {
  const selected = [...new Set(options.scope.selector.map(({ label }) => label))];
  const kept = selected.length > 0 ? selected : ['job'];
  const { gateway } = createQueries(options);
  return recordedBlocks.map((name) => {
    const block: string = blocks[name];
    const by = /^sum by \(([^)]*)\)/.exec(block)?.[1]?.split(', ') ?? [];
    const added = kept.filter((label) => !by.includes(label));
    const [metric] = listSelectors(block).map((selector) => selector.name);
    const series = `${options.metricPrefix}${metric?.replace(/_total$/, '')}`;
    return {
      record: `${[...added, ...by].join('_')}:${series}:rate5m`,
      expr: gateway(groupedAlsoBy(block, added)),
    };
  });
}
