/** Functions of Grafana variable queries; not PromQL. */
const variableQuery = /^\s*(?:label_values|label_names|query_result|metrics)\s*\(/;
const variable = /\$\{\w+(?::\w+)?\}|\$\w+|\[\[\w+\]\]/g;

/**
 * Query with Grafana syntax replaced by PromQL of the same length, so that it parses with unchanged offsets. Variables in
 * strings are left as they are.
 */
export function plainPromql(query: string): string {
  return withoutVariables(withoutVariableFunction(query));
}

/** `label_values(up{job="a"}, instance)` → `up{job="a"}`, padded. */
function withoutVariableFunction(query: string): string {
  const head = variableQuery.exec(query)?.[0];
  if (head === undefined) return query;
  const close = query.lastIndexOf(')');
  const label = /,\s*["']?[\w$.{}]+["']?\s*$/.exec(query.slice(0, close))?.[0] ?? '';
  const end = close === -1 ? query.length : close - label.length;
  return ' '.repeat(head.length) + query.slice(head.length, end) + ' '.repeat(query.length - end);
}

function withoutVariables(query: string): string {
  const parts = query.split(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)/s);
  return parts.map((part, index) => (index % 2 === 1 ? part : outsideStrings(part))).join('');
}

function outsideStrings(text: string): string {
  const durations = text.replace(/\[[^[\]]*\$[^\]]*\]/g, (range) => {
    const [of, step] = range.slice(1, -1).split(/:(?=[^:}]*$)/);
    const body = (part: string, fill: string) => (part.includes('$') ? fill.padEnd(part.length) : part);
    return step === undefined ? `[${body(of ?? '', '5m')}]` : `[${body(of ?? '', '5m')}:${body(step, '1m')}]`;
  });
  return durations.replace(variable, (found) => 'v'.repeat(found.length));
}
