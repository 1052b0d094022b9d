import { formatForPrometheus, formatVariable, type VariableValue } from './value-formats.js';

/** A variable that has a value. */
export interface Resolved {
  readonly value: VariableValue;
  /** Whether it can have several values, or all of them. */
  readonly several: boolean;
  /** Whether the value stays unchanged whatever the format: a custom all value, or a built-in variable. */
  readonly verbatim: boolean;
}

/** Stands for the value of a variable without values; part of no real name. */
export const placeholder = '__no_value__';

export type Variables = ReadonlyMap<string, Resolved>;

/** `$name`, `[[name]]`, `[[name:format]]`, `${name}`, `${name:format}`, `${name.field}`. */
const reference = /\$(\w+)|\[\[(\w+)(?::(\w+))?\]\]|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}/g;

/** The text with the variables in it filled in as Grafana's Prometheus datasource does; unknown names stay as they are. */
export function interpolate(text: string, variables: Variables): string {
  return text.replace(
    reference,
    (whole: string, bare?: string, old?: string, oldFormat?: string, name?: string, format?: string) => {
      const variable = variables.get(bare ?? old ?? name ?? '');
      if (!variable) return whole;
      const { value, several, verbatim } = variable;
      const word = oldFormat ?? format;
      if (verbatim && typeof value === 'string') {
        if (word?.startsWith('date')) return formatDate(value, word);
        // A custom all value may refer to other variables.
        const others = new Map([...variables].filter(([, other]) => other !== variable));
        return value.includes('$') || value.includes('[[') ? interpolate(value, others) : value;
      }
      return word === undefined ? formatForPrometheus(value, several) : formatVariable(value, word);
    },
  );
}

/** Names of the variables that a text refers to. */
export function referencesIn(text: string): readonly string[] {
  return [...text.matchAll(reference)].map(([, bare, old, , name]) => bare ?? old ?? name ?? '');
}

/** `date`, `date:iso` and `date:seconds` of epoch milliseconds. */
function formatDate(milliseconds: string, word: string): string {
  const at = Number(milliseconds);
  return word === 'date:seconds' ? String(Math.floor(at / 1000)) : new Date(at).toISOString();
}
