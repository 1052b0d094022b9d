/** What a token may read: the eight endpoints and the scrape target, the datasource API, or both. */
export const scopes = ['metrics', 'datasource', '*'] as const;
export type Scope = (typeof scopes)[number];

/** One reader: a line of the tokens file. The token itself is not kept anywhere, only its SHA-256. */
export interface TokenEntry {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly digest: Buffer;
}

const line = /^(?<name>[\w.@-]{1,64})[ \t]+(?<scopes>[a-z*,]+)[ \t]+sha256:(?<digest>[\da-f]{64})$/;

/**
 * Reads a tokens file: a reader a line, `NAME SCOPES sha256:DIGEST`, scopes with commas between; blank lines and lines
 * beginning with `#` are skipped. Faults name the line, never what stands there: it may be a token put in by mistake.
 */
export function parseTokens(text: string): {
  readonly entries: readonly TokenEntry[];
  readonly faults: readonly string[];
} {
  const entries: TokenEntry[] = [];
  const problems: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) continue;
    const fields = line.exec(content)?.groups;
    const given = fields?.['scopes']?.split(',') ?? [];
    const unknown = given.filter((scope) => !isScope(scope));
    if (!fields) problems.push(`line ${index + 1}: expected NAME SCOPES sha256:DIGEST`);
    else if (unknown.length > 0)
      problems.push(`line ${index + 1}: expected the scopes ${scopes.join(', ')}, separated by commas`);
    else if (entries.some(({ name }) => name === fields['name']))
      problems.push(`line ${index + 1}: the name is there twice`);
    else {
      const digest = Buffer.from(fields['digest']!, 'hex');
      const other = entries.find((entry) => entry.digest.equals(digest));
      if (other) problems.push(`line ${index + 1}: the digest is that of ${other.name}`);
      else entries.push({ name: fields['name']!, scopes: given.filter(isScope), digest });
    }
  }
  return { entries, faults: problems };
}

/** The line of a reader for the tokens file. */
export function formatToken({ name, scopes: given, digest }: TokenEntry): string {
  return `${name} ${given.join(',')} sha256:${digest.toString('hex')}`;
}

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}
