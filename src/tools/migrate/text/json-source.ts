import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import type { SourceTree } from './source-tree.js';

/** Parses strict JSON, a byte order mark before it allowed. Undefined where the text is anything else. */
export function parseJson(text: string): SourceTree | undefined {
  const errors: ParseError[] = [];
  const plain = text.replace(/^\ufeff/, ' ');
  try {
    const root = parseTree(plain, errors, { disallowComments: true });
    return root === undefined || errors.length > 0 ? undefined : treeOf(root);
  } catch (error) {
    // Nesting beyond the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function treeOf({ type, value, offset, length, children = [] }: Node): SourceTree {
  if (type === 'array') return { kind: 'list', items: children.map(treeOf) };
  if (type === 'string') return { kind: 'text', value: String(value), start: offset, end: offset + length };
  if (type !== 'object') return { kind: 'other' };
  const members = children.map(({ children: [key, member] = [] }) => ({
    key: String(key?.value),
    value: member === undefined ? ({ kind: 'other' } as const) : treeOf(member),
  }));
  return { kind: 'map', members };
}
