import { type Document, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { keyText } from './yaml-walk.js';

/** A JSON or YAML document as a tree whose strings know their offsets in the file, quotes included. */
export type SourceTree =
  | { readonly kind: 'map'; readonly members: readonly SourceMember[] }
  | { readonly kind: 'list'; readonly items: readonly SourceTree[] }
  | { readonly kind: 'text'; readonly value: string; readonly start: number; readonly end: number }
  | { readonly kind: 'other' };

export interface SourceMember {
  readonly key: string;
  readonly value: SourceTree;
}

export type SourceMap = Extract<SourceTree, { kind: 'map' }>;

/** The tree of a YAML document; aliases and scalars other than strings are `other`. */
export function yamlTree({ contents }: Document.Parsed): SourceTree {
  return contents === null ? { kind: 'other' } : treeOf(contents);
}

function treeOf(node: ParsedNode): SourceTree {
  if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => treeOf(item as ParsedNode)) };
  if (isMap(node)) {
    const members = node.items.map(({ key, value }) => ({
      key: keyText(key),
      value: value === null ? ({ kind: 'other' } as const) : treeOf(value as ParsedNode),
    }));
    return { kind: 'map', members };
  }
  if (!isScalar(node) || typeof node.value !== 'string') return { kind: 'other' };
  return { kind: 'text', value: node.value, start: node.range[0], end: node.range[1] };
}

/** Value of a key in a map. */
export function member(node: SourceTree | undefined, key: string): SourceTree | undefined {
  return node?.kind === 'map' ? node.members.find((one) => one.key === key)?.value : undefined;
}

/** Text under a key of a map; undefined if it is missing or not a string. */
export function textMember(node: SourceTree | undefined, key: string): string | undefined {
  const value = member(node, key);
  return value?.kind === 'text' ? value.value : undefined;
}
