import type { SyntaxNode } from '@lezer/common';
import { classicLabelName, type Matcher, readBraces } from './matcher.js';
import { parsePromql } from './parse-promql.js';
import { PromqlError } from './promql-error.js';

export { formatMatchers } from './format-matchers.js';
export type { Matcher, MatchOp } from './matcher.js';

/** Labels used by Prometheus, by expositions, or by our output; none of them can be the marker. */
const reservedLabels: ReadonlySet<string> = new Set([
  ...['le', 'quantile', 'job', 'instance'],
  ...['model', 'provider', 'status', 'status_code', 'exception_type', 'cache_type'],
]);

/**
 * Parses `env="production",job=~"a|b"`, with or without braces; empty text gives no matchers. Patterns are not checked,
 * because RE2 differs from JavaScript's syntax.
 * @throws {PromqlError} for anything else, and for a metric name or a matcher on `__name__`.
 */
export function parseMatchers(text: string): readonly Matcher[] {
  const braced = text.trimStart().startsWith('{');
  // The line break keeps a trailing comment from hiding our brace.
  const source = braced ? text : `{${text}\n}`;
  const shift = braced ? 0 : 1;
  const braces = parseBraces(text, source, shift);
  return readBraces(source, braces).map((entry) => {
    if ('name' in entry || entry.matcher.label === '__name__') {
      throw new PromqlError(text, entry.from - shift, 'expected label matchers, got a metric name');
    }
    return entry.matcher;
  });
}

/**
 * Parses the marker label; blank text gives none.
 * @throws {PromqlError} unless it is one `=` matcher with a value, on a label without another meaning.
 */
export function parseMarker(text: string): { readonly label: string; readonly value: string } | undefined {
  if (text.trim() === '') return undefined;
  const [marker, ...others] = parseMatchers(text);
  const reject = (message: string): never => {
    throw new PromqlError(text, text.search(/[^\s{]/), message);
  };
  if (marker === undefined || others.length > 0) return reject('expected exactly one matcher');
  const { label, op, value } = marker;
  if (op !== '=') return reject(`expected the operator "=", got "${op}"`);
  if (value === '') return reject('expected a value: an empty label value equals no label');
  if (!classicLabelName.test(label)) return reject('expected a label name of letters, digits and _');
  if (label.startsWith('__')) return reject('label names beginning with __ are reserved for Prometheus');
  if (reservedLabels.has(label)) return reject(`the label "${label}" is in use and cannot be the marker`);
  return { label, value };
}

/** The single pair of braces in `source`; error positions refer to `text`, which begins `shift` further on. */
function parseBraces(text: string, source: string, shift: number): SyntaxNode {
  let selector: SyntaxNode | null;
  try {
    selector = parsePromql(source).tree.topNode.getChild('VectorSelector');
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    const offset = error.offset - shift;
    if (offset < text.length) throw new PromqlError(text, offset, error.message);
    // The parser stopped at our own brace: the text has one too many, or is incomplete.
    const brace = text.search(/\}\s*$/u);
    if (brace !== -1) throw new PromqlError(text, brace, 'unexpected "}"');
    throw new PromqlError(text, text.length, 'unexpected end of the text');
  }
  const braces = selector?.getChild('LabelMatchers') ?? null;
  if (braces === null) throw new PromqlError(text, 0, 'expected matchers only');
  return braces;
}
