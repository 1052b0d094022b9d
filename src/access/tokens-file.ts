/** Scopes of a token: the metrics endpoints with the scrape target, the data source API, or both. */
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
 * Parses a tokens file: one reader per line, `NAME SCOPES sha256:DIGEST` with comma-separated scopes. Blank lines and lines that start with
 * `#` are skipped. Problems name the line, never its content, which may be a token pasted by mistake.
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
    const fields = line.exec(content)?.groups;
    const given = fields?.['scopes']?.split(',') ?? [];
    const unknown = given.filter((scope) => !isScope(scope));
    if (!fields) problems.push(`line ${index + 1}: expected NAME SCOPES sha256:DIGEST`);
    else if (unknown.length > 0)
      problems.push(`line ${index + 1}: expected the scopes ${scopes.join(', ')}, separated by commas`);
    else if (entries.some(({ name }) => name === fields['name'])) problems.push(`line ${index + 1}: duplicate name`);
    else {
      const digest = Buffer.from(fields['digest']!, 'hex');
      const other = entries.find((entry) => entry.digest.equals(digest));
      if (other) problems.push(`line ${index + 1}: same digest as ${other.name}`);
      else entries.push({ name: fields['name']!, scopes: given.filter(isScope), digest });
    }
  }
  return { entries, problems };
}

/** Formats a reader's line of the tokens file. */
export function formatToken({ name, scopes: given, digest }: TokenEntry): string {
  return `${name} ${given.join(',')} sha256:${digest.toString('hex')}`;
}

export function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}
