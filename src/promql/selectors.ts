import type { SyntaxNode } from '@lezer/common';
import { type Matcher, readBraces } from './matcher.js';
import { parsePromql } from './parse-promql.js';
import type { Insertion } from './query.js';

/** One vector selector of a query. */
export interface Selector {
  /** From the identifier, the quoted name in braces, or a `__name__="…"` matcher; undefined for a name pattern. */
  readonly name: string | undefined;
  /** All matchers between the braces, including those on `__name__`. */
  readonly matchers: readonly Matcher[];
  /** Range of the selector (`5m`); undefined without one, and for subqueries. */
  readonly range: string | undefined;
  /** UTF-16 offsets of name and braces, without range, `offset` and `@`. */
  readonly from: number;
  readonly to: number;
  readonly insertion: Insertion;
}

/** Lists the vector selectors of a query in source order. @throws {PromqlError} if the text does not parse. */
export function listSelectors(text: string): readonly Selector[] {
  const { tree } = parsePromql(text);
  const selectors: Selector[] = [];
  tree.iterate({
    enter(node) {
      if (node.name === 'VectorSelector') selectors.push(readSelector(text, node.node));
    },
  });
  return selectors;
}

/** Lists the metric names of a query, each once, in source order. @throws {PromqlError} if the text does not parse. */
export function metricNames(text: string): readonly string[] {
  return namesOf(listSelectors(text));
}

/** Metric names of selectors, each once; selectors without a name are skipped. */
export function namesOf(selectors: readonly Selector[]): readonly string[] {
  return [...new Set(selectors.flatMap(({ name }) => name ?? []))];
}

function readSelector(text: string, node: SyntaxNode): Selector {
  const identifier = node.getChild('Identifier');
  const braces = node.getChild('LabelMatchers');
  const entries = braces === null ? [] : readBraces(text, braces);
  const matchers = entries.flatMap((entry) => ('matcher' in entry ? entry.matcher : []));
  const quoted = entries.flatMap((entry) => ('name' in entry ? entry.name : []));
  const range = node.parent?.name === 'MatrixSelector' ? node.parent.getChild('DurationExpr') : null;
  const last = entries.at(-1);
  let insertion = { at: node.to, before: '{', after: '}' };
  if (last !== undefined) insertion = { at: last.to, before: ',', after: '' };
  else if (braces !== null) insertion = { at: braces.from + 1, before: '', after: '' };
  return {
    name:
      identifier === null
        ? [...quoted, ...matchers.filter(isName).map(({ value }) => value)].at(0)
        : text.slice(identifier.from, identifier.to),
    matchers,
    range: range === null ? undefined : text.slice(range.from, range.to),
    from: node.from,
    to: node.to,
    insertion,
  };
}

function isName({ label, op }: Matcher): boolean {
  return label === '__name__' && op === '=';
}
