import { type Document, isCollection, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Collection } from './yaml-entry.js';

/** Keys and indices that lead to a value from the root of a document. */
export type Path = readonly (string | number)[];

export interface Visited {
  readonly node: ParsedNode;
  readonly path: Path;
  /** Collection that contains the node, and its index there; undefined for the root. */
  readonly parent?: { readonly collection: Collection; readonly index: number };
}

/** Nodes of a document in source order, without keys; aliases are not followed. */
export function* walkYaml(document: Document.Parsed): Generator<Visited> {
  if (document.contents !== null) yield* walk({ node: document.contents, path: [] });
}

function* walk(visited: Visited): Generator<Visited> {
  yield visited;
  const { node, path } = visited;
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      yield* walk({ node: item as ParsedNode, path: [...path, index], parent: { collection: node, index } });
    }
  }
  if (isMap(node)) {
    for (const [index, { key, value }] of node.items.entries()) {
      if (value === null) continue;
      yield* walk({ node: value as ParsedNode, path: [...path, keyText(key)], parent: { collection: node, index } });
    }
  }
}

/** Text of a key, as `toJS` names it. */
export function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** Value of a key in a map, and its index among the entries. */
export function entryOf(map: unknown, key: string): { readonly value: ParsedNode; readonly index: number } | undefined {
  if (!isCollection(map) || !isMap(map)) return undefined;
  const index = map.items.findIndex((pair) => keyText(pair.key) === key);
  const value = map.items[index]?.value as ParsedNode | null | undefined;
  return value === null || value === undefined ? undefined : { value, index };
}

/** Value at a path. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[step];
  }
  return current;
}
