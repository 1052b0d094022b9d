import { isDeepStrictEqual } from 'node:util';
import { GatewayzMetricsError } from '../errors.js';
import { formatMatchers } from './format-matchers.js';
import { type Matcher, parseMatchers } from './matchers.js';
import { type Query, withMatchers } from './query.js';
import { listSelectors, namesOf } from './selectors.js';

/**
 * Adds matchers to every vector selector of a query, after those that it has; everything else of the text stays as it
 * is, comments included. Not for `__name__`.
 * @throws {PromqlFault} where the text does not parse.
 */
export function narrowQuery(text: string, matchers: readonly Matcher[]): Query {
  const selectors = listSelectors(text);
  const metrics = namesOf(selectors);
  const insertions = selectors.map(({ insertion }) => insertion);
  if (matchers.length === 0) return { text, metrics, insertions };

  const narrowed = withMatchers({ text, metrics, insertions }, matchers);
  const made = listSelectors(narrowed);
  const found = made.map(({ name, range, matchers: all }) => [name, range, formatMatchers(all)]);
  const wanted = selectors.map(({ name, range, matchers: own }) => [
    name,
    range,
    formatMatchers([...own, ...matchers]),
  ]);
  if (!isDeepStrictEqual(found, wanted)) {
    const words = `adding ${formatMatchers(matchers)} to ${JSON.stringify(text)} gave ${JSON.stringify(narrowed)}`;
    throw new GatewayzMetricsError('internal', words);
  }
  return { text: narrowed, metrics, insertions: made.map(({ insertion }) => insertion) };
}

/**
 * The text of `narrowQuery`. A string holds one or more matchers as in `METRICS_SELECTOR`.
 * @throws {PromqlFault} where the text, or a matcher that is a string, does not parse.
 */
export function addMatchers(text: string, matchers: readonly (string | Matcher)[]): string {
  const added = matchers.flatMap((matcher) => (typeof matcher === 'string' ? parseMatchers(matcher) : matcher));
  return narrowQuery(text, added).text;
}
