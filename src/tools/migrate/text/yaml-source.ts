import { type Document, isCollection, isMap, parseAllDocuments, type Range, Scalar, visit } from 'yaml';
import { neutralise } from './template.js';

/** A parsed YAML text. Node offsets refer to the file's text. */
export interface YamlSource {
  /** The file's text. */
  readonly text: string;
  /** Whether it parses only with template placeholders replaced. */
  readonly templated: boolean;
  readonly documents: readonly YamlDocument[];
}

export interface YamlDocument {
  readonly node: Document.Parsed;
  /** Value with aliases and merge keys resolved; aliased objects are shared. */
  readonly value: unknown;
}

/** Parses YAML as leniently as Compose and Prometheus do. Undefined if the text is not YAML. */
export function parseYaml(text: string): YamlSource | undefined {
  const plain = parseText(text, text);
  if (plain !== undefined) return { text, templated: false, documents: plain };
  const neutral = neutralise(text);
  const templated = neutral === text ? undefined : parseText(neutral, text);
  return templated === undefined ? undefined : { text, templated: true, documents: templated };
}

const parsed = new WeakMap<{ readonly text: string }, YamlSource | undefined>();

/** The parsed text of a file; each file object is parsed once. */
export function yamlOf(file: { readonly text: string }): YamlSource | undefined {
  if (!parsed.has(file)) parsed.set(file, parseYaml(file.text));
  return parsed.get(file);
}

/** Frees the parsed text of a file. */
export function forgetYaml(file: { readonly text: string }): void {
  parsed.delete(file);
}

/** @param original The text whose placeholders were replaced in `text`; scalars get their values from it. */
function parseText(text: string, original: string): readonly YamlDocument[] | undefined {
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
    if (text !== original) for (const document of documents) restoreScalars(document, text, original);
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

/** Whether a map has a collection as key: how an unquoted `{{ name }}` parses. */
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

/** Gives scalars with replaced placeholders their original text. Block scalars keep the replaced one. */
function restoreScalars(document: Document.Parsed, text: string, original: string): void {
  visit(document, {
    Scalar(_, scalar) {
      const [start, end] = scalar.range as Range;
      const source = original.slice(start, end);
      if (source === text.slice(start, end)) return;
      if (scalar.type === Scalar.PLAIN) scalar.value = source;
      if (scalar.type === Scalar.QUOTE_SINGLE || scalar.type === Scalar.QUOTE_DOUBLE)
        scalar.value = source.slice(1, -1);
    },
  });
}
