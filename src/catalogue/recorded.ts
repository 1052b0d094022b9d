import { classicLabelName, type Matcher } from '../promql/matcher.js';
import { quote } from '../promql/string-literal.js';
import { blocks } from './blocks.js';

/** A block that Prometheus can evaluate ahead of time. Selectors are bare. */
export interface RecordedBlock {
  /** As in `blocks`. */
  readonly block: string;
  /** Name of the rule's series: labels, metric and function, as is the custom. */
  readonly record: string;
  /** What the rule evaluates. */
  readonly expr: string;
  /** What is asked in the block's place. */
  readonly replacement: string;
}

/**
 * Rates that read at least twenty series for each that they give, in a gateway with hundreds of models and routes. Totals
 * are not recorded: they would be behind those of the same answer that are not.
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
 * What is recorded keeps the labels of the base selector, so that the selector applies to it as well; without one, the job.
 *
 * @param metricPrefix stands before every metric name in the Prometheus that evaluates the rules
 */
export function recordedBlocks(selector: readonly Matcher[], metricPrefix = ''): readonly RecordedBlock[] {
  const selected = [...new Set(selector.map(({ label }) => label))];
  const kept = selected.length > 0 ? selected : ['job'];
  return worthRecording.map((name) => {
    const block: string = blocks[name];
    const [, by = '', rate = '', metric = '', window = ''] = sumOfRate.exec(block) ?? [];
    const grouped = by === '' ? [] : by.split(', ');
    const labels = [...kept.filter((label) => !grouped.includes(label)), ...grouped];
    const spelled = labels.map((label) => (classicLabelName.test(label) ? label : quote(label)));
    const record = `${labels.join('_').replaceAll(/\W/g, '_')}:${metricPrefix}${metric.replace(/_total$/, '')}:rate${window}`;
    const sum = by === '' ? 'sum' : `sum by (${by})`;
    return { block, record, expr: `sum by (${spelled.join(', ')}) (${rate})`, replacement: `${sum} (${record})` };
  });
}
