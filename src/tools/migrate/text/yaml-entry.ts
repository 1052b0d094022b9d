import {
  type CST,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  type Pair,
  type ParsedNode,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export type Collection = YAMLMap.Parsed | YAMLSeq.Parsed;

/** Offsets of a sequence item or of a key with its value. */
export interface Entry {
  /** Offset of the dash or key, anchor and tag included; in a flow collection of the item. */
  readonly start: number;
  /** Offset after the value, without a trailing comment. */
  readonly end: number;
}

/** Entries of a collection, in source order. */
export function entriesOf(text: string, collection: Collection): readonly Entry[] {
  const token = collection.srcToken;
  if (token === undefined) return [];
  const entries: Entry[] = [];
  for (const item of token.items) {
    const start = entryStart(item);
    const node = collection.items[entries.length];
    if (start === undefined || node === undefined) continue;
    entries.push({ start, end: Math.max(start + 1, isPair(node) ? pairEnd(text, node) : nodeEnd(text, node)) });
  }
  return entries;
}

/** Whether a collection is in flow style. */
export function isFlow(collection: Collection): boolean {
  return collection.srcToken?.type === 'flow-collection';
}

/** Offset after a node's content. */
export function nodeEnd(text: string, node: ParsedNode): number {
  if (isCollection(node) && !isFlow(node)) {
    const last = node.items.at(-1);
    if (last !== undefined)
      return isPair(last)
        ? pairEnd(text, last as Pair<ParsedNode, ParsedNode | null>)
        : nodeEnd(text, last as ParsedNode);
  }
  const [start, end] = node.range;
  if (isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED)) {
    return start + text.slice(start, end).trimEnd().length;
  }
  return end;
}

function pairEnd(text: string, { key, value }: { key: unknown; value: unknown }): number {
  const of = (node: unknown) =>
    isScalar(node) || isCollection(node) || isAlias(node) ? nodeEnd(text, node as ParsedNode) : 0;
  return Math.max(of(key), of(value));
}

/** Tokens before an entry that are not part of it. */
const between: ReadonlySet<CST.SourceToken['type']> = new Set(['space', 'newline', 'comment', 'comma']);

function entryStart(item: CST.CollectionItem): number | undefined {
  const first = item.start.find(({ type }) => !between.has(type));
  return (first ?? item.key ?? item.value)?.offset;
}
