import type { SyntaxNodeRef, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { PromqlError } from './promql-error.js';
import { unquotePromql } from './string-literal.js';

export { formatPromqlError, PromqlError } from './promql-error.js';

/** A valid PromQL text with its syntax tree; node names are those of the lezer-promql grammar. */
export interface ParsedPromql {
  readonly text: string;
  readonly tree: Tree;
}

/**
 * Parses one PromQL expression. Types are not checked (`rate(up)` passes); the server rejects those.
 * @throws {PromqlError} at the first position that the grammar, or Prometheus' stricter lexer, rejects.
 */
export function parsePromql(text: string): ParsedPromql {
  if (text.trim() === '') throw new PromqlError(text, 0, 'expected an expression, got empty text');
  const surrogate = text.search(/\p{Cs}/u);
  if (surrogate !== -1) throw new PromqlError(text, surrogate, 'lone surrogate, not a valid character');
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
  const read = unquotePromql(text.slice(node.from, node.to));
  if ('problem' in read) throw new PromqlError(text, node.from + read.at, read.problem);
}

/** A carriage return ends a comment in Prometheus but not in the grammar, so text after it would escape the check. */
function checkComment(text: string, node: SyntaxNodeRef): void {
  const end = text.slice(node.from, node.to).search(/\r./su);
  if (end !== -1) throw new PromqlError(text, node.from + end, 'carriage return inside a comment');
}

function unexpected(text: string, errorStart: number): PromqlError {
  const skipped = /^(?:\s|#[^\n]*)*/u.exec(text.slice(errorStart))?.[0] ?? '';
  const at = errorStart + skipped.length;
  const token = /^(?:[a-z_:][\w:]*|.)/isu.exec(text.slice(at))?.[0];
  if (token === undefined) return new PromqlError(text, at, 'unexpected end of the text');
  const called = token === '(' ? /[a-z_:][\w:]*(?=\s*$)/iu.exec(text.slice(0, at)) : null;
  if (called !== null) return new PromqlError(text, called.index, `there is no function named "${called[0]}"`);
  return new PromqlError(text, at, `unexpected ${JSON.stringify(token)}`);
}
