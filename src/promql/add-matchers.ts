import { isDeepStrictEqual } from 'node:util';
import { GatewayzMetricsError } from '../errors.js';
import { formatMatchers, type Matcher, parseMatchers } from './matchers.js';
import { listSelectors } from './selectors.js';

/**
 * Adds matchers to every vector selector of a query, after those that it has; everything else of the text stays as it
 * is, comments included. A string holds one or more matchers as in `METRICS_SELECTOR`. Not for `__name__`.
 * @throws {PromqlFault} where the text, or a matcher that is a string, does not parse.
 */
export function addMatchers(text: string, matchers: readonly (string | Matcher)[]): string {
  const added = matchers.flatMap((matcher) => (typeof matcher === 'string' ? parseMatchers(matcher) : matcher));
  const selectors = listSelectors(text);
  if (added.length === 0) return text;

  const insert = formatMatchers(added);
  let result = '';
  let copied = 0;
  for (const { insertion } of selectors) {
    result += text.slice(copied, insertion.at) + insertion.before + insert + insertion.after;
    copied = insertion.at;
  }
  result += text.slice(copied);

  const made = listSelectors(result).map(({ name, range, matchers: all }) => [name, range, formatMatchers(all)]);
  const wanted = selectors.map(({ name, range, matchers: own }) => [name, range, formatMatchers([...own, ...added])]);
  if (!isDeepStrictEqual(made, wanted)) {
    throw new GatewayzMetricsError(
      'internal',
      `adding ${insert} to ${JSON.stringify(text)} gave ${JSON.stringify(result)}`,
    );
  }
  return result;
}
