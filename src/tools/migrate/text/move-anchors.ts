import { type Document, isAlias, isCollection, isMap, isScalar, type ParsedNode, Scalar, visit } from 'yaml';
import type { Edit } from './edit.js';
import { indentAt, lineBreak, lineStart } from './lines.js';
import { isFlow, nodeEnd } from './yaml-entry.js';

interface Anchored {
  readonly name: string;
  readonly node: ParsedNode;
}

interface Reference {
  readonly node: ParsedNode;
  readonly definition: Anchored;
  /** Whether it is a value in a block mapping. */
  readonly ownsLine: boolean;
}

/**
 * Edits that move anchors out of a removed range: each is defined where it is first used outside of the range.
 * Undefined where that needs other changes too.
 */
export function moveAnchors(text: string, document: Document.Parsed, gone: Edit): readonly Edit[] | undefined {
  const moved = new Set<Anchored>();
  const edits: Edit[] = [];
  for (const reference of referencesTo(document, gone)) {
    if (moved.has(reference.definition)) continue;
    moved.add(reference.definition);
    const insert = definitionAt(text, reference);
    if (insert === undefined) return undefined;
    const [start, end] = reference.node.range;
    edits.push({ start, end, insert });
  }
  return edits;
}

/** Aliases outside of a range whose anchor is inside, in source order. */
function referencesTo(document: Document.Parsed, gone: Edit): readonly Reference[] {
  const inside = (offset: number) => offset >= gone.start && offset < gone.end;
  const anchors = new Map<string, Anchored>();
  const references: Reference[] = [];
  visit(document, {
    Node(_, node, path) {
      const parsed = node as ParsedNode;
      if (isAlias(parsed)) {
        const definition = anchors.get(parsed.source);
        const outside = !inside(parsed.range[0]);
        const map = path.at(-2);
        const ownsLine = isCollection(map) && isMap(map) && map.flow !== true;
        if (outside && definition && inside(definition.node.range[0]))
          references.push({ node: parsed, definition, ownsLine });
      } else if (parsed.anchor !== undefined) {
        anchors.set(parsed.anchor, { name: parsed.anchor, node: parsed });
      }
    },
  });
  return references;
}

function definitionAt(text: string, { node: alias, definition, ownsLine }: Reference): string | undefined {
  const { name, node } = definition;
  const content = text.slice(node.range[0], nodeEnd(text, node));
  if (isScalar(node) && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED)) return undefined;
  if (isScalar(node) || (isCollection(node) && isFlow(node))) {
    return content.includes('\n') ? undefined : `&${name} ${content}`.trimEnd();
  }
  if (!ownsLine) return undefined;

  const from = lineStart(text, node.range[0]);
  const depth = node.range[0] - from;
  const first = text.slice(from, node.range[0]);
  if (first.trim() !== '') return undefined;
  const indent = `${' '.repeat(indentAt(text, lineStart(text, alias.range[0])))}  `;
  const lines = text.slice(from, nodeEnd(text, node)).split(/\r?\n/);
  if (lines.some((line) => line.trim() !== '' && line.slice(0, depth).trim() !== '')) return undefined;
  return [`&${name}`, ...lines.map((line) => (line.trim() === '' ? '' : indent + line.slice(depth)))].join(
    lineBreak(text),
  );
}
