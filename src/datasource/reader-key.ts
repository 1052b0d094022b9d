/**
 * Identifies a reader for limits and fair shares: by name, or else by address. The prefixes keep names and addresses apart.
 */
export function readerKey(principal: string | undefined, remoteAddress: string | undefined): string {
  return principal === undefined ? `from ${remoteAddress ?? 'unknown'}` : `named ${principal}`;
}
