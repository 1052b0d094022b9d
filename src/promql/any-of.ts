/** An RE2 pattern that matches exactly the given texts; Prometheus looks such alternatives up instead of searching. */
export function anyOf(texts: readonly string[]): string {
  return texts.map((text) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')).join('|');
}
