import { formatMatchers } from './format-matchers.js';
import type { Matcher } from './matcher.js';

/** Where a further matcher goes, and what it must be wrapped in. `at` is a UTF-16 offset. */
export interface Insertion {
  readonly at: number;
  readonly before: string;
  readonly after: string;
}

/** What is known of a text that was parsed: plain data, so that others can work on it without the parser. */
export interface Query {
  readonly text: string;
  /** Names of the metrics that it selects by name, each once, in source order. */
  readonly metrics: readonly string[];
  /** Of every vector selector, in source order. */
  readonly insertions: readonly Insertion[];
}

/** The text with matchers added to every vector selector, after those that it has; all else stays as it is. */
export function withMatchers({ text, insertions }: Query, matchers: readonly Matcher[]): string {
  if (matchers.length === 0) return text;
  const insert = formatMatchers(matchers);
  let result = '';
  let copied = 0;
  for (const { at, before, after } of insertions) {
    result += text.slice(copied, at) + before + insert + after;
    copied = at;
  }
  return result + text.slice(copied);
}
