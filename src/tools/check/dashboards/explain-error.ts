import { GatewayzMetricsError } from '../../../errors.js';
import { formatPromqlError, PromqlError, parsePromql } from '../../../promql/parse-promql.js';

/** Why Prometheus refused a text: its parser's own message, and a caret under the place. */
export function explainError(error: Error, promql: string): string {
  if (!(error instanceof GatewayzMetricsError) || error.code !== 'upstream_rejected') return error.message;
  const message = error.message.replace(/^.* answered HTTP \d+: (?:bad_data|execution): /, '');
  const place = /(\d+):(\d+): parse error: ([\s\S]*)/.exec(message);
  if (place) {
    const [, line = '1', column = '1', words = message] = place;
    return formatPromqlError(
      new PromqlError(promql, offsetOf(promql, Number(line), Number(column)), `parse error: ${words}`),
    );
  }
  try {
    parsePromql(promql);
    return message;
  } catch (problem) {
    if (!(problem instanceof PromqlError)) throw problem;
    return `${message}\n${formatPromqlError(problem)}`;
  }
}

/** Both count from 1. */
function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
}
