import type { CompiledRow } from '../../../catalogue/compile.js';
import type { Matcher } from '../../../promql/matchers.js';
import { listSelectors } from '../../../promql/selectors.js';
import { plainCatalogue } from './known-metrics.js';

const families = Object.values(plainCatalogue.families).flat();

/** Labels that a metric needs for a row: those the row selects by, and those it exports. */
export function requiredLabels({ id, promql }: CompiledRow, metric: string): ReadonlySet<string> {
  const handedOut = families.find(({ row }) => row === id)?.labels ?? [];
  const selectedBy = Object.values(promql)
    .flatMap(listSelectors)
    .filter(({ name }) => name === metric)
    .flatMap(({ matchers }) => matchers.filter((matcher) => !acceptsMissingLabel(matcher)).map(({ label }) => label));
  return new Set([...handedOut, ...selectedBy]);
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

/** RE2 is not JavaScript's dialect; a pattern that JavaScript does not know is taken to ask for something. */
function matchesEmpty(pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 's').test('');
  } catch {
    return false;
  }
}
