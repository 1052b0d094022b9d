import { parsePromql } from '../../../promql/parse-promql.js';
import { listSelectors } from '../../../promql/selectors.js';

interface Insertion {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Replaces every range window: `[5m]` becomes `[$__rate_interval]`. The result may not be valid PromQL, so apply it last.
 *
 * @throws {PromqlError}
 */
export function withWindow(promql: string, window: string): string {
  const ranges: Insertion[] = [];
  parsePromql(promql).tree.iterate({
    enter({ name, node }) {
      const range = name === 'MatrixSelector' ? node.getChild('DurationExpr') : null;
      if (range !== null) ranges.push({ from: range.from, to: range.to, text: window });
    },
  });
  return replaced(promql, ranges);
}

/**
 * Adds a prefix to every metric name, except `up`, which Prometheus itself writes.
 *
 * @throws {PromqlError}
 */
export function withPrefix(promql: string, prefix: string): string {
  const starts = listSelectors(promql).filter(
    ({ name, from }) => name !== undefined && name !== 'up' && promql.startsWith(name, from),
  );
  return replaced(
    promql,
    starts.map(({ from }) => ({ from, to: from, text: prefix })),
  );
}

function replaced(text: string, insertions: readonly Insertion[]): string {
  let result = '';
  let copied = 0;
  for (const { from, to, text: inserted } of insertions) {
    result += text.slice(copied, from) + inserted;
    copied = to;
  }
  return result + text.slice(copied);
}
