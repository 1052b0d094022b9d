import { formatMatchers } from './format-matchers.js';
import type { Matcher } from './matcher.js';

/** Where to insert further matchers, and the text around them. `at` is a UTF-16 offset. */
export interface Insertion {
  readonly at: number;
  readonly before: string;
  readonly after: string;
}

/** A parsed query as plain data: matchers can be added without the parser. */
export interface ScopedQuery {
  readonly text: string;
  /** Metric names in the query, each once, in source order. */
  readonly metrics: readonly string[];
  /** One per vector selector, in source order. */
  readonly insertions: readonly Insertion[];
}

/** Adds matchers to every vector selector, after the existing ones; the rest of the text is unchanged. */
export function withMatchers({ text, insertions }: ScopedQuery, matchers: readonly Matcher[]): string {
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
