/** A run of lines replaced by another; offsets are line numbers from 0, of the texts before and after. */
export interface LineChange {
  readonly before: number;
  readonly removed: number;
  readonly added: number;
}

/** Differences beyond which a shorter script is not looked for: everything between the common ends counts as replaced. */
const mostDifferences = 1000;

/** The shortest way from one list of lines to another (Myers' greedy algorithm), in order. */
export function editScript(before: readonly string[], after: readonly string[]): readonly LineChange[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail += 1;
  const a = before.slice(head, before.length - tail);
  const b = after.slice(head, after.length - tail);
  if (a.length === 0 && b.length === 0) return [];
  const changes = shortest(a, b) ?? [{ before: 0, removed: a.length, added: b.length }];
  return changes.map((change) => ({ ...change, before: change.before + head }));
}

/** How far each diagonal (lines of `a` less lines of `b`) was reached, after each number of differences. */
type Reach = ReadonlyMap<number, number>;

function shortest(a: readonly string[], b: readonly string[]): readonly LineChange[] | undefined {
  const history: Reach[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let differences = 0; differences <= Math.min(mostDifferences, a.length + b.length); differences += 1) {
    history.push(reach);
    const next = new Map(reach);
    for (let diagonal = -differences; diagonal <= differences; diagonal += 2) {
      let x = stepStart(reach, diagonal, differences);
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= a.length && x - diagonal >= b.length) return walkBack(a.length, b.length, history);
    }
    reach = next;
  }
  return undefined;
}

function isInsertion(reach: Reach, diagonal: number, differences: number): boolean {
  if (diagonal === -differences) return true;
  return diagonal !== differences && (reach.get(diagonal - 1) ?? -1) < (reach.get(diagonal + 1) ?? -1);
}

function stepStart(reach: Reach, diagonal: number, differences: number): number {
  return isInsertion(reach, diagonal, differences)
    ? (reach.get(diagonal + 1) ?? 0)
    : (reach.get(diagonal - 1) ?? 0) + 1;
}

function walkBack(endX: number, endY: number, history: readonly Reach[]): readonly LineChange[] {
  const steps: LineChange[] = [];
  let x = endX;
  let y = endY;
  for (let differences = history.length - 1; differences > 0; differences -= 1) {
    const reach = history[differences]!;
    const insertion = isInsertion(reach, x - y, differences);
    const diagonal = x - y + (insertion ? 1 : -1);
    x = reach.get(diagonal) ?? 0;
    y = x - diagonal;
    steps.unshift(insertion ? { before: x, removed: 0, added: 1 } : { before: x, removed: 1, added: 0 });
  }
  return joined(steps);
}

/** Neighbouring steps as one change. */
function joined(steps: readonly LineChange[]): readonly LineChange[] {
  const changes: LineChange[] = [];
  for (const step of steps) {
    const last = changes.at(-1);
    if (last !== undefined && last.before + last.removed === step.before) {
      changes[changes.length - 1] = { ...last, removed: last.removed + step.removed, added: last.added + step.added };
    } else changes.push(step);
  }
  return changes;
}
