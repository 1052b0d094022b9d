/** An RE2 pattern that matches exactly the given texts; Prometheus resolves such alternatives by index lookup. */
export function anyOf(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|');
}
