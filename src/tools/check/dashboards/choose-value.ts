import type { Variable } from './dashboard-file.js';
import type { Resolved } from './interpolate.js';
import type { VariableValue } from './value-formats.js';

const all = '$__all';

/**
 * The value that a variable has when its dashboard is opened: the saved one if it is still an option, else the first option. "All"
 * is the custom all value, unchanged, or else every option.
 */
export function chooseValue(
  { current, multi = false, includeAll = false, allValue }: Variable,
  options: readonly string[],
): Resolved {
  const several = multi || includeAll;
  const saved = current?.value;
  const chosen = (typeof saved === 'string' ? [saved] : (saved ?? [])).filter(
    (value) => (value === all && includeAll) || options.includes(value),
  );
  if (chosen.includes(all) || (chosen.length === 0 && includeAll)) {
    return allValue ? { value: allValue, several, verbatim: true } : { value: options, several, verbatim: false };
  }
  const first = chosen[0] ?? options[0] ?? (typeof saved === 'string' && saved !== all ? saved : '');
  const value: VariableValue = multi ? (chosen.length > 0 ? chosen : [first]) : first;
  return { value, several, verbatim: false };
}

/** The options of a variable that needs no query; undefined for one that does. */
export function fixedOptions({ type, query, current }: Variable): readonly string[] | undefined {
  const text = typeof query === 'string' ? query : (query?.query ?? '');
  const saved = typeof current?.value === 'string' ? [current.value] : (current?.value ?? []);
  switch (type) {
    case 'query':
      return undefined;
    case 'custom':
      return splitList(text).map((item) => /^.+\s:\s(.+)$/.exec(item)?.[1]?.trim() ?? item);
    case 'interval':
      return splitList(text);
    case 'textbox':
      return saved.length > 0 ? saved : [text];
    case 'constant':
      return [text || (saved[0] ?? '')];
    default:
      return saved;
  }
}

/** Items between commas; a comma behind a backslash is part of an item. */
function splitList(text: string): readonly string[] {
  return [...text.matchAll(/(?:\\,|[^,])+/g)].map(([item]) => item.replaceAll('\\,', ',').trim()).filter(Boolean);
}
