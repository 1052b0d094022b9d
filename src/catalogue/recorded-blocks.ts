import { classicLabelName, type Matcher } from '../promql/matcher.js';
import { quotePromql } from '../promql/string-literal.js';

/** A block and the recording rule that precomputes it. Selectors are bare. */
export interface RecordedBlock {
  readonly block: string;
  /** Name of the rule: `labels:metric:function`, the usual convention. */
  readonly record: string;
  /** Expression of the rule. */
  readonly expr: string;
  /** Query that replaces the block. */
  readonly replacement: string;
}

/** The first rate names the rule; a second one is the fallback of series that are scraped too rarely for it. */
const sumOfRate = /^sum(?: by \(([^)]+)\) )?\((rate\((\w+).*?\[(\w+)\]\)(?: or rate\(.*\))?)\)$/;

/**
 * Lists the recording rules of blocks. Recorded series keep the labels of the base selector, or else `job`, so the selector still
 * applies.
 *
 * @param metricPrefix prefix of every metric name in the Prometheus that evaluates the rules
 * @throws {TypeError} for a block that is no sum of rates
 */
export function recordedBlocks(
  blocks: readonly string[],
  selector: readonly Matcher[],
  metricPrefix = '',
): readonly RecordedBlock[] {
  const selected = [...new Set(selector.map(({ label }) => label))];
  const kept = selected.length > 0 ? selected : ['job'];
  return blocks.map((block) => {
    const parts = sumOfRate.exec(block);
    if (!parts) throw new TypeError(`expected a sum of rates, got ${block}`);
    const [, by = '', rate = '', metric = '', window = ''] = parts;
    const grouped = by === '' ? [] : by.split(', ');
    const labels = [...kept.filter((label) => !grouped.includes(label)), ...grouped];
    const spelled = labels.map((label) => (classicLabelName.test(label) ? label : quotePromql(label)));
    const record = `${labels.join('_').replaceAll(/\W/g, '_')}:${metricPrefix}${metric.replace(/_total$/, '')}:rate${window}`;
    const sum = by === '' ? 'sum' : `sum by (${by})`;
    return { block, record, expr: `sum by (${spelled.join(', ')}) (${rate})`, replacement: `${sum} (${record})` };
  });
}
