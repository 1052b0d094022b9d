/** Why a file cannot be read, for the end of a sentence. */
export function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'EISDIR') return 'it is a folder';
  return code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
}
