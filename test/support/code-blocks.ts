import { readFileSync } from 'node:fs';

/** A fenced block of a Markdown document. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  /** The last heading or paragraph line before it. */
  readonly after: string;
}

/** The fenced blocks of a document of this repository, by its path in there, in order. */
export function codeBlocks(path: string): readonly CodeBlock[] {
  const markdown = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    after: markdown.slice(0, match.index).trimEnd().split('\n').at(-1) ?? '',
  }));
}
