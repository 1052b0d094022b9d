import { type Alias, isAlias, isCollection, isPair, type Node, visit } from 'yaml';
import type { Collection } from './yaml-entry.js';
import { parseYaml, plainValue, type YamlSource } from './yaml-source.js';

/** An entry of a collection in a YAML text. */
export interface EntryPlace {
  readonly source: YamlSource;
  /** Index of the document. */
  readonly document: number;
  readonly collection: Collection;
  readonly index: number;
}

/**
 * Values of the documents without an entry, computed on the syntax tree. Aliases of nodes inside the entry keep their
 * values.
 */
export function valuesWithout({ source, document, collection, index }: EntryPlace): readonly unknown[] | undefined {
  const own = parseYaml(source.text)?.documents.map(({ node }) => node);
  const root = own?.[document];
  if (own === undefined || root === undefined) return undefined;
  let parent: Collection | undefined;
  const meant = new Map<Alias, Node | undefined>();
  visit(root, {
    Node(_, node) {
      if (isAlias(node)) meant.set(node, node.resolve(root));
      if (isCollection(node) && isSameNode(node as Collection, collection)) parent = node as Collection;
    },
  });
  const gone = nodesIn(parent?.items.splice(index, 1)[0]);
  visit(root, {
    Alias(_, alias) {
      const node = meant.get(alias);
      return node !== undefined && gone.has(node) ? node : undefined;
    },
  });
  try {
    return own.map(plainValue);
  } catch {
    return undefined;
  }
}

function isSameNode(node: Collection, other: Collection): boolean {
  return node.constructor === other.constructor && node.range[0] === other.range[0] && node.range[1] === other.range[1];
}

function nodesIn(entry: unknown): ReadonlySet<Node> {
  const nodes = new Set<Node>();
  for (const part of isPair(entry) ? [entry.key, entry.value] : [entry]) {
    if (part !== null && part !== undefined) visit(part as Node, { Node: (_, node) => void nodes.add(node as Node) });
  }
  return nodes;
}
