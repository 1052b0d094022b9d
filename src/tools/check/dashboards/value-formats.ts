/** The value of a variable: one text, or a list. */
export type VariableValue = string | readonly string[];

type Format = (values: readonly string[], value: VariableValue) => string;

const regexSpecial = /[\\^$*+?.()|[\]{}/]/g;
const doubleQuoted = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;
const singleQuoted = (text: string): string => `'${text.replaceAll("'", "\\'")}'`;
const isList = (value: VariableValue): value is readonly string[] => typeof value !== 'string';

/** By the word behind the colon in `${name:word}`. */
const formats: Readonly<Record<string, Format>> = {
  raw: (values) => values.join(','),
  csv: (values) => values.join(','),
  text: (values) => values.join(' + '),
  pipe: (values) => values.join('|'),
  regex: (values) => alternatives(values.map((text) => text.replace(regexSpecial, '\\$&'))),
  glob: (values, value) => (isList(value) && values.length > 1 ? `{${values.join(',')}}` : values.join('')),
  json: (_, value) => JSON.stringify(value),
  doublequote: (values) => values.map(doubleQuoted).join(','),
  singlequote: (values) => values.map(singleQuoted).join(','),
  sqlstring: (values) => values.map((text) => `'${text.replaceAll("'", "''")}'`).join(','),
  percentencode: (values, value) => encodeURIComponent(isList(value) ? `{${values.join(',')}}` : values.join('')),
};

/** A value in one of Grafana's formats; an unknown format is `glob`, as in Grafana. */
export function formatVariable(value: VariableValue, word: string): string {
  const format = formats[word] ?? formats['glob']!;
  return format(isList(value) ? value : [value], value);
}

/**
 * A value as the Prometheus datasource interpolates it without a format. A value of a variable that can have several becomes a
 * regular expression, escaped twice: for the expression, and for the PromQL string around it.
 *
 * @param several whether the variable can have several values, or all
 */
export function formatForPrometheus(value: VariableValue, several: boolean): string {
  if (!several) return (isList(value) ? value.join(',') : value).replace(/\\/g, '\\\\').replace(/'/g, "\\\\'");
  const escaped = (text: string): string =>
    text.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]+?.()|]/g, (special) => `\\\\${special}`);
  return isList(value) ? alternatives(value.map(escaped)) : escaped(value);
}

function alternatives(patterns: readonly string[]): string {
  return patterns.length === 1 ? patterns.join('') : `(${patterns.join('|')})`;
}
