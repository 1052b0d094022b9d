import type { CompiledRow } from '../../../catalogue/compile.js';
import type { Matcher } from '../../../promql/matchers.js';
import { listSelectors } from '../../../promql/selectors.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';

/** Labels that a metric needs for a row: those the row selects by, and those it exports. */
export function requiredLabels(
  { id, promql }: CompiledRow,
  metric: string,
  { families }: CheckedCatalogue,
): ReadonlySet<string> {
  const exported = Object.values(families)
    .flat()
    .find(({ row }) => row === id)?.labels;
  const selectedBy = Object.values(promql)
    .flatMap(listSelectors)
    .filter(({ name }) => name === metric)
    .flatMap(({ matchers }) => matchers.filter((matcher) => !acceptsMissingLabel(matcher)).map(({ label }) => label));
  return new Set([...(exported ?? []), ...selectedBy]);
}

/** Whether a series without the label matches. */
export function acceptsMissingLabel({ op, value }: Matcher): boolean {
  switch (op) {
    case '=':
      return value === '';
    case '!=':
      return value !== '';
    case '=~':
      return matchesEmpty(value);
    case '!~':
      return !matchesEmpty(value);
  }
}

/** A pattern that JavaScript does not know, unlike RE2, counts as one that needs the label. */
function matchesEmpty(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 's').test('');
  } catch {
    return false;
  }
}
