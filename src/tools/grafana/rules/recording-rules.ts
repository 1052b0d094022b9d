import { recordedBlocks } from '../../../catalogue/recorded-blocks.js';
import { createQueries, type QueryOptions } from '../queries/queries.js';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** One rule for each shared query worth recording, with the matchers that the service uses. */
export function recordingRules(options: QueryOptions): readonly RecordingRule[] {
  const { gateway } = createQueries(options);
  const recorded = recordedBlocks(options.definition.recordedBlocks, options.scope.selector, options.metricPrefix);
  return recorded.map(({ record, expr }) => ({ record, expr: gateway(expr) }));
}
