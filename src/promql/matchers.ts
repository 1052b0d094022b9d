import type { SyntaxNode } from '@lezer/common';
import { classicLabelName, type Matcher, readBraces } from './matcher.js';
import { parsePromql } from './parse-promql.js';
import { PromqlFault } from './promql-fault.js';

export { formatMatchers } from './format-matchers.js';
export type { Matcher, MatchOp } from './matcher.js';

/** Labels with a meaning of their own: of Prometheus, of expositions, and of our output. */
const reservedLabels: ReadonlySet<string> = new Set([
  ...['le', 'quantile', 'job', 'instance'],
  ...['model', 'provider', 'status', 'status_code', 'exception_type', 'cache_type'],
]);

/**
 * Reads `env="production",job=~"a|b"`, with or without braces around it; empty text is no matchers. Patterns are not
 * checked: RE2 is not JavaScript's dialect.
 * @throws {PromqlFault} for anything else, and for a metric name or a matcher on `__name__`.
 */
export function parseMatchers(text: string): readonly Matcher[] {
  const braced = text.trimStart().startsWith('{');
  // The line break keeps a comment at the end of the text from hiding our brace.
  const source = braced ? text : `{${text}\n}`;
  const shift = braced ? 0 : 1;
  const braces = parseBraces(text, source, shift);
  return readBraces(source, braces).map((entry) => {
    if ('name' in entry || entry.matcher.label === '__name__') {
      throw new PromqlFault(text, entry.from - shift, 'matchers on labels were expected, this is for the metric name');
    }
    return entry.matcher;
  });
}

/**
 * Reads the label that marks what we export; blank text is none.
 * @throws {PromqlFault} unless it is one `=` matcher with a value, on a label that nothing else uses.
 */
export function parseMarker(text: string): { readonly label: string; readonly value: string } | undefined {
  if (text.trim() === '') return undefined;
  const [marker, ...others] = parseMatchers(text);
  const refuse = (message: string): never => {
    throw new PromqlFault(text, text.search(/[^\s{]/), message);
  };
  if (marker === undefined || others.length > 0) return refuse('exactly one matcher was expected');
  const { label, op, value } = marker;
  if (op !== '=') return refuse(`a marker is set with "=", not with "${op}"`);
  if (value === '') return refuse('an empty value is the same as no label');
  if (!classicLabelName.test(label)) return refuse('the label name must be of letters, digits and _');
  if (label.startsWith('__')) return refuse('label names that begin with __ are for Prometheus itself');
  if (reservedLabels.has(label)) return refuse(`the label "${label}" has another meaning here`);
  return { label, value };
}

/** The one pair of braces that `source` consists of, with faults placed in `text`, which begins `shift` further on. */
function parseBraces(text: string, source: string, shift: number): SyntaxNode {
  let selector: SyntaxNode | null;
  try {
    selector = parsePromql(source).tree.topNode.getChild('VectorSelector');
  } catch (error) {
    if (!(error instanceof PromqlFault)) throw error;
    const offset = error.offset - shift;
    if (offset < text.length) throw new PromqlFault(text, offset, error.message);
    // The parser stopped at our own brace: the text has one too many, or is cut short.
    const brace = text.search(/\}\s*$/u);
    if (brace !== -1) throw new PromqlFault(text, brace, 'unexpected "}"');
    throw new PromqlFault(text, text.length, 'unexpected end of the text');
  }
  const braces = selector?.getChild('LabelMatchers') ?? null;
  if (braces === null) throw new PromqlFault(text, 0, 'matchers and nothing else were expected');
  return braces;
}
