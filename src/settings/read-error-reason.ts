/** Reason why a file cannot be read, as the end of a sentence. */
export function readErrorReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'EISDIR') return 'it is a directory';
  return code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
}
