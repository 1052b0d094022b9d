import { isDeepStrictEqual } from 'node:util';
import { GatewayzMetricsError } from '../errors.js';
import { formatMatchers } from './format-matchers.js';
import { type Matcher, parseMatchers } from './matchers.js';
import { type ScopedQuery, withMatchers } from './query.js';
import { listSelectors, namesOf } from './selectors.js';

/**
 * Parses a query and adds matchers to every vector selector, after the existing ones; the rest of the text is unchanged,
 * comments included. Not for `__name__`. Parses the result again to verify it.
 * @throws {PromqlError} if the text does not parse.
 */
export function scopeQuery(text: string, matchers: readonly Matcher[]): ScopedQuery {
  const selectors = listSelectors(text);
  const metrics = namesOf(selectors);
  const insertions = selectors.map(({ insertion }) => insertion);
  if (matchers.length === 0) return { text, metrics, insertions };

  const scoped = withMatchers({ text, metrics, insertions }, matchers);
  const result = listSelectors(scoped);
  const found = result.map(({ name, range, matchers: all }) => [name, range, formatMatchers(all)]);
  const expected = selectors.map(({ name, range, matchers: own }) => [
    name,
    range,
    formatMatchers([...own, ...matchers]),
  ]);
  if (!isDeepStrictEqual(found, expected)) {
    const message = `adding ${formatMatchers(matchers)} to ${JSON.stringify(text)} gave ${JSON.stringify(scoped)}`;
    throw new GatewayzMetricsError('internal', message);
  }
  return { text: scoped, metrics, insertions: result.map(({ insertion }) => insertion) };
}

/**
 * The text of `narrowQuery`. A string holds one or more matchers as in `METRICS_SELECTOR`.
 * @throws {PromqlError} where the text, or a matcher that is a string, does not parse.
 */
export function addMatchers(text: string, matchers: readonly (string | Matcher)[]): string {
  const added = matchers.flatMap((matcher) => (typeof matcher === 'string' ? parseMatchers(matcher) : matcher));
  return scopeQuery(text, added).text;
}
