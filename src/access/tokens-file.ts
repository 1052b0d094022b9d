/** What a token may read: the metrics endpoints and the scrape target, the datasource API, or both. */
export const scopes = ['metrics', 'datasource', '*'] as const;
export type Scope = (typeof scopes)[number];

/** One reader: a line of the tokens file. Only the SHA-256 of the token is stored. */
export interface TokenEntry {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly digest: Buffer;
}

const line = /^(?<name>[\w.@-]{1,64})[ \t]+(?<scopes>[a-z*,]+)[ \t]+sha256:(?<digest>[\da-f]{64})$/;

/**
 * Parses a tokens file: one reader per line, `NAME SCOPES sha256:DIGEST`, scopes separated by commas. Blank lines and lines
 * that begin with `#` are skipped. Problems name the line number, never its content: it may be a token pasted by mistake.
 */
export function parseTokens(text: string): {
  readonly entries: readonly TokenEntry[];
  readonly problems: readonly string[];
} {
  const entries: TokenEntry[] = [];
  const problems: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const problem = parseLine(content, entries);
    if (problem !== undefined) problems.push(`line ${index + 1}: ${problem}`);
  }
  return { entries, problems };
}

/** Adds the line's entry, or returns the problem. */
function parseLine(content: string, entries: TokenEntry[]): string | undefined {
  const fields = line.exec(content)?.groups;
  if (!fields) return 'expected NAME SCOPES sha256:DIGEST';
  const given = fields['scopes']!.split(',');
  if (!given.every(isScope)) return `expected the scopes ${scopes.join(', ')}, separated by commas`;
  if (entries.some(({ name }) => name === fields['name'])) return 'duplicate name';
  const digest = Buffer.from(fields['digest']!, 'hex');
  const other = entries.find((entry) => entry.digest.equals(digest));
  if (other) return `same digest as ${other.name}`;
  entries.push({ name: fields['name']!, scopes: given, digest });
  return undefined;
}

/** The reader's line for the tokens file. */
export function formatToken({ name, scopes: given, digest }: TokenEntry): string {
  return `${name} ${given.join(',')} sha256:${digest.toString('hex')}`;
}

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}
