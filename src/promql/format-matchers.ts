import { classicLabelName, type Matcher } from './matcher.js';
import { quotePromql } from './string-literal.js';

/** Formats matchers as between braces, on one line, in order; empty text for none. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  return matchers
    .map(
      ({ label, op, value }) =>
        `${classicLabelName.test(label) ? label : quotePromql(label)}${op}${quotePromql(value)}`,
    )
    .join(',');
}
