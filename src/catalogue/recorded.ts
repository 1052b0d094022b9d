import { classicLabelName, type Matcher } from '../promql/matcher.js';
import { quotePromql } from '../promql/string-literal.js';
import { blocks } from './blocks.js';

/** A block that a recording rule can precompute. Selectors are bare. */
export interface RecordedBlock {
  /** As in `blocks`. */
  readonly block: string;
  /** Name of the rule: `labels:metric:function`, the usual convention. */
  readonly record: string;
  /** Expression of the rule. */
  readonly expr: string;
  /** Query that replaces the block. */
  readonly replacement: string;
}

/**
 * Rates that read at least twenty series per result series, in a gateway with hundreds of models and routes. Totals are not
 * recorded: they would lag behind the other totals of the response.
 */
const worthRecording = [
  'inferenceRate',
  'inferenceDurationSumRate',
  'inferenceDurationCountRate',
  'inferenceBucketRate',
  'responseDurationSumRate',
  'responseDurationCountRate',
  'httpRequestRate1m',
  'httpRequestRate',
  'httpDurationSumRate',
  'httpDurationCountRate',
  'httpBucketRate',
] as const satisfies readonly (keyof typeof blocks)[];

const sumOfRate = /^sum(?: by \(([^)]+)\) )?\((rate\((\w+).*\[(\w+)\]\))\)$/;

/**
 * Lists the recording rules. Recorded series keep the labels of the base selector, or else `job`, so the selector still applies.
 *
 * @param metricPrefix prefix of every metric name in the Prometheus that evaluates the rules
 */
export function recordedBlocks(selector: readonly Matcher[], metricPrefix = ''): readonly RecordedBlock[] {
  const selected = [...new Set(selector.map(({ label }) => label))];
  const kept = selected.length > 0 ? selected : ['job'];
  return worthRecording.map((name) => {
    const block: string = blocks[name];
    const [, by = '', rate = '', metric = '', window = ''] = sumOfRate.exec(block) ?? [];
    const grouped = by === '' ? [] : by.split(', ');
    const labels = [...kept.filter((label) => !grouped.includes(label)), ...grouped];
    const spelled = labels.map((label) => (classicLabelName.test(label) ? label : quotePromql(label)));
    const record = `${labels.join('_').replaceAll(/\W/g, '_')}:${metricPrefix}${metric.replace(/_total$/, '')}:rate${window}`;
    const sum = by === '' ? 'sum' : `sum by (${by})`;
    return { block, record, expr: `sum by (${spelled.join(', ')}) (${rate})`, replacement: `${sum} (${record})` };
  });
}
