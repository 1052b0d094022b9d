import type { SyntaxNode } from '@lezer/common';
import { unquotePromql } from './string-literal.js';

export type MatchOp = '=' | '!=' | '=~' | '!~';

/** A label matcher; `value` is unquoted. */
export interface Matcher {
  readonly label: string;
  readonly op: MatchOp;
  readonly value: string;
}

/** An entry between the braces of a selector: a matcher, or a quoted metric name. `from` and `to` are offsets in the text. */
export type BraceEntry = { readonly from: number; readonly to: number } & (
  | { readonly matcher: Matcher }
  | { readonly name: string }
);

/** Label names that need no quotes in PromQL. */
export const classicLabelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The entries of a `LabelMatchers` node, in source order; the text must be valid PromQL. */
export function readBraces(text: string, braces: SyntaxNode): readonly BraceEntry[] {
  const entries: BraceEntry[] = [];
  for (let node = braces.firstChild; node !== null; node = node.nextSibling) {
    const { from, to } = node;
    if (node.name === 'QuotedLabelName') entries.push({ from, to, name: string(text, node) });
    if (node.name === 'UnquotedLabelMatcher' || node.name === 'QuotedLabelMatcher') {
      entries.push({ from, to, matcher: readMatcher(text, node) });
    }
  }
  return entries;
}

function readMatcher(text: string, node: SyntaxNode): Matcher {
  const label = node.getChild('LabelName');
  return {
    label: label === null ? string(text, node.getChild('QuotedLabelName')) : text.slice(label.from, label.to),
    op: slice(text, node.getChild('MatchOp')) as MatchOp,
    value: string(text, node.getChild('StringLiteral')),
  };
}

function string(text: string, node: SyntaxNode | null): string {
  const read = unquotePromql(slice(text, node));
  return 'value' in read ? read.value : '';
}

function slice(text: string, node: SyntaxNode | null): string {
  return node === null ? '' : text.slice(node.from, node.to);
}
