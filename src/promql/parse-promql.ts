import type { SyntaxNodeRef, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { PromqlFault } from './promql-fault.js';
import { unquote } from './string-literal.js';

export { formatFault, PromqlFault } from './promql-fault.js';

/** A text that parses, with its syntax tree; node names are those of the grammar of Prometheus' own editor. */
export interface PromqlQuery {
  readonly text: string;
  readonly tree: Tree;
}

/**
 * Parses one PromQL expression. Types are not checked (`rate(up)` passes): that is the server's to refuse.
 * @throws {PromqlFault} at the first place that the grammar, or Prometheus' lexer where it is stricter, refuses.
 */
export function parsePromql(text: string): PromqlQuery {
  if (text.trim() === '') throw new PromqlFault(text, 0, 'an expression was expected, the text is empty');
  const surrogate = text.search(/\p{Cs}/u);
  if (surrogate !== -1) throw new PromqlFault(text, surrogate, 'half of a surrogate pair is not a character');
  const tree = parser.parse(text);
  tree.iterate({
    enter(node) {
      if (node.type.isError) throw unexpected(text, node.from);
      if (node.name === 'StringLiteral') checkString(text, node);
      if (node.name === 'LineComment') checkComment(text, node);
    },
  });
  return { text, tree };
}

function checkString(text: string, node: SyntaxNodeRef): void {
  const read = unquote(text.slice(node.from, node.to));
  if ('fault' in read) throw new PromqlFault(text, node.from + read.at, read.fault);
}

/** For Prometheus a carriage return ends a comment, for the grammar it does not: what follows would go unseen. */
function checkComment(text: string, node: SyntaxNodeRef): void {
  const end = text.slice(node.from, node.to).search(/\r./su);
  if (end !== -1) throw new PromqlFault(text, node.from + end, 'a carriage return within a comment');
}

function unexpected(text: string, errorStart: number): PromqlFault {
  const skipped = /^(?:\s|#[^\n]*)*/u.exec(text.slice(errorStart))?.[0] ?? '';
  const at = errorStart + skipped.length;
  const token = /^(?:[a-z_:][\w:]*|.)/isu.exec(text.slice(at))?.[0];
  if (token === undefined) return new PromqlFault(text, at, 'unexpected end of the text');
  const called = token === '(' ? /[a-z_:][\w:]*(?=\s*$)/iu.exec(text.slice(0, at)) : null;
  if (called !== null) return new PromqlFault(text, called.index, `there is no function named "${called[0]}"`);
  return new PromqlFault(text, at, `unexpected ${JSON.stringify(token)}`);
}
