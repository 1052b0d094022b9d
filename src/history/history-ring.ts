import type { HistoryColumns, ProviderState } from './console-document.js';

const letters: Readonly<Record<ProviderState, string>> = { healthy: 'h', degraded: 'd', down: 'x', idle: 'i' };
/** By letter; of several states in one column the worst is shown. */
const severity = '-ihdx';

/** The values of one evaluation. */
export interface HistoryPoint {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** By field id; only values that were evaluated then, no last good ones. */
  readonly values: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, ProviderState>>;
}

/** Two hours. */
const span = 7_200_000;
/** What an hour before may differ from an hour, milliseconds. */
const tolerance = 120_000;
const hour = 3_600_000;
/** Two hours at the shortest sensible interval; at 1 s the ring holds less. */
const capacity = 1_440;

/** The values of the last two hours, as far as they were evaluated in this process. Bounded; ordered by time. */
export class HistoryRing {
  #points: HistoryPoint[] = [];

  /** Adds or replaces the point of its timestamp. One that is older than all that is held is not taken. */
  add(point: HistoryPoint): void {
    const last = this.#points.at(-1);
    if (last && point.timestamp < last.timestamp) return;
    if (last?.timestamp === point.timestamp) this.#points.pop();
    this.#points.push(point);
    const oldest = point.timestamp - span;
    const surplus = this.#points.findIndex(({ timestamp }) => timestamp >= oldest);
    const drop = Math.max(surplus, this.#points.length - capacity);
    if (drop > 0) this.#points = this.#points.slice(drop);
  }

  /** The value an hour before `timestamp`, if it was recorded. */
  hourBefore(id: string, timestamp: number): number | undefined {
    let best: { readonly distance: number; readonly value: number } | undefined;
    for (const point of this.#points) {
      const distance = Math.abs(point.timestamp - (timestamp - hour));
      const value = point.values[id];
      if (distance > tolerance || value === undefined) continue;
      if (!best || distance < best.distance) best = { distance, value };
    }
    return best?.value;
  }

  /** When the provider's present state was first recorded; undefined if that is not known. */
  stateSince(provider: string): number | undefined {
    const state = this.#points.at(-1)?.states[provider];
    let since: number | undefined;
    for (let index = this.#points.length - 1; index >= 0; index -= 1) {
      const point = this.#points[index]!;
      if (point.states[provider] !== state) return since;
      since = point.timestamp;
    }
    return undefined;
  }

  /**
   * What is newer than `since`, as columns, at most `columns` of them: a column shows the last value and the worst state
   * of the evaluations that it stands for.
   */
  columns(since: number, columns: number): HistoryColumns {
    const points = this.#points.filter(({ timestamp }) => timestamp > since);
    const groups = groupsOf(points, columns);
    const ids = new Set(points.flatMap(({ values }) => Object.keys(values)));
    const providers = new Set(points.flatMap(({ states }) => Object.keys(states)));
    return {
      recorded_since: this.#points[0]?.timestamp ?? null,
      timestamps: groups.map((group) => group.at(-1)!.timestamp),
      values: Object.fromEntries([...ids].map((id) => [id, groups.map((group) => lastValue(group, id))])),
      states: Object.fromEntries(
        [...providers].map((name) => [name, groups.map((group) => worst(group, name)).join('')]),
      ),
    };
  }
}

/** Neighbouring points in groups of equal time, each of one point where there are few. */
function groupsOf(points: readonly HistoryPoint[], columns: number): readonly (readonly HistoryPoint[])[] {
  const first = points[0]?.timestamp ?? 0;
  const width = (points.at(-1)?.timestamp ?? 0) - first;
  if (points.length <= columns) return points.map((point) => [point]);
  const groups = new Map<number, HistoryPoint[]>();
  for (const point of points) {
    const index = Math.min(columns - 1, Math.floor(((point.timestamp - first) / width) * columns));
    const group = groups.get(index);
    if (group) group.push(point);
    else groups.set(index, [point]);
  }
  return [...groups.values()];
}

/** Four significant digits: what a sparkline can show. */
function lastValue(group: readonly HistoryPoint[], id: string): number | null {
  const value = group.at(-1)!.values[id];
  return value === undefined ? null : Number(value.toPrecision(4));
}

function worst(group: readonly HistoryPoint[], provider: string): string {
  const found = group.map(({ states }) => (states[provider] ? letters[states[provider]] : '-'));
  return found.reduce((a, b) => (severity.indexOf(b) > severity.indexOf(a) ? b : a));
}
