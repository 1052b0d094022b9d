import { type Document, isCollection, isMap, parseAllDocuments, visit } from 'yaml';
import { neutralise } from './template.js';

/** A YAML text that parses; offsets of its nodes are offsets into the file's text. */
export interface YamlSource {
  /** The file's text, whatever was parsed. */
  readonly text: string;
  /** Whether it parses only with the constructs of a template engine made harmless. */
  readonly templated: boolean;
  readonly documents: readonly YamlDocument[];
}

export interface YamlDocument {
  readonly node: Document.Parsed;
  /** Aliases and merge keys resolved; equal objects are shared where an alias shares them. */
  readonly value: unknown;
}

/** Parses as leniently as the Go parsers of Compose and Prometheus do. Undefined where the text is not YAML. */
export function parseYaml(text: string): YamlSource | undefined {
  const plain = parseText(text);
  if (plain !== undefined) return { text, templated: false, documents: plain };
  const neutral = neutralise(text);
  const templated = neutral === text ? undefined : parseText(neutral);
  return templated === undefined ? undefined : { text, templated: true, documents: templated };
}

function parseText(text: string): readonly YamlDocument[] | undefined {
  try {
    const parsed = parseAllDocuments(text, {
      keepSourceTokens: true,
      uniqueKeys: false,
      strict: false,
      merge: true,
      logLevel: 'error',
    });
    const documents = Array.isArray(parsed) ? parsed : [];
    if (documents.some((document) => document.errors.length > 0 || hasCollectionKey(document))) return undefined;
    return documents.map((node) => ({ node, value: plainValue(node) }));
  } catch {
    // An alias without its anchor, or nesting beyond the stack.
    return undefined;
  }
}

/** @throws for an alias without its anchor. */
export function plainValue(document: Document.Parsed): unknown {
  return document.toJS({ maxAliasCount: 10_000 });
}

/** `{{ name }}` without quotes parses, as a map with a map for a key; nobody means that. */
function hasCollectionKey(document: Document.Parsed): boolean {
  let found = false;
  visit(document, {
    Map(_, map) {
      found ||= isMap(map) && map.items.some(({ key }) => isCollection(key));
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}
