import { classicLabelName, type Matcher } from './matcher.js';
import { quote } from './string-literal.js';

/** Matchers as they stand between braces, on one line; the order is kept. No matchers: empty text. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  return matchers
    .map(({ label, op, value }) => `${classicLabelName.test(label) ? label : quote(label)}${op}${quote(value)}`)
    .join(',');
}
