/** The most similar of `names`, for "did you mean": at most a quarter of its letters differ, ignoring case, `_` and `-`. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '');
  const [nearest] = names
    .map((known) => ({ known, distance: editDistance(plain(name), plain(known)) }))
    .filter(({ known, distance }) => distance <= known.length / 4)
    .sort((a, b) => a.distance - b.distance);
  return nearest?.known;
}

/** Levenshtein distance. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (character === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
