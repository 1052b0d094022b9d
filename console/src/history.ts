import type { HistoryColumns } from '../../src/history/console-document.js';

/** What the page has received so far, by evaluation timestamp. */
export interface History {
  readonly recordedSince: number | undefined;
  readonly points: readonly HistoryPoint[];
}

interface HistoryPoint {
  readonly timestamp: number;
  readonly values: Readonly<Record<string, number | null>>;
  readonly states: Readonly<Record<string, string>>;
}

export const noHistory: History = { recordedSince: undefined, points: [] };

/** Milliseconds. */
export const historySpan = 7_200_000;
/** More are thinned out: a sparkline has no room for them. */
const mostPoints = 360;

/** Adds columns by timestamp, so that responses of several replicas make one history. */
export function mergeHistory(history: History, columns: HistoryColumns): History {
  const points = new Map(history.points.map((point) => [point.timestamp, point]));
  for (const [index, timestamp] of columns.timestamps.entries()) {
    points.set(timestamp, {
      timestamp,
      values: pick(columns.values, index),
      states: Object.fromEntries(Object.entries(columns.states).map(([name, text]) => [name, text[index] ?? '-'])),
    });
  }
  const sorted = [...points.values()].sort((a, b) => a.timestamp - b.timestamp);
  const oldest = (sorted.at(-1)?.timestamp ?? 0) - historySpan;
  const kept = thinned(sorted.filter(({ timestamp }) => timestamp >= oldest));
  const since = [history.recordedSince, columns.recorded_since, kept[0]?.timestamp].filter(
    (one) => typeof one === 'number',
  );
  return { recordedSince: since.length === 0 ? undefined : Math.max(oldest, Math.min(...since)), points: kept };
}

function pick(columns: HistoryColumns['values'], index: number): HistoryPoint['values'] {
  return Object.fromEntries(Object.entries(columns).map(([id, column]) => [id, column[index] ?? null]));
}

/** The older half at half its density; of two neighbours the worse state stays. */
function thinned(points: readonly HistoryPoint[]): readonly HistoryPoint[] {
  if (points.length <= mostPoints) return points;
  const half = points.length >> 1;
  const older = points.slice(0, half).flatMap((point, index) => {
    if (index % 2 === 0) return index + 1 < half ? [] : [point];
    return [{ ...point, states: worse(points[index - 1]!.states, point.states) }];
  });
  return [...older, ...points.slice(half)];
}

const severity = '-ihdx';

function worse(a: HistoryPoint['states'], b: HistoryPoint['states']): HistoryPoint['states'] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const [one, other] = [a[name] ?? '-', b[name] ?? '-'];
      return [name, severity.indexOf(one) > severity.indexOf(other) ? one : other];
    }),
  );
}

/** Usual distance of neighbouring points, milliseconds: what is wider than twice that is a gap. */
export function usualStep({ points }: History): number {
  const steps = points.slice(1).map(({ timestamp }, index) => timestamp - points[index]!.timestamp);
  return steps.sort((a, b) => a - b)[Math.floor(steps.length * 0.75)] ?? 60_000;
}

/** Milliseconds that timelines show: what is recorded, ten minutes at least, two hours at most. */
export function shownSpan({ points, recordedSince }: History): number {
  const recorded = (points.at(-1)?.timestamp ?? 0) - (recordedSince ?? 0);
  return Math.min(historySpan, Math.max(600_000, Math.ceil(recorded / 600_000) * 600_000));
}

export interface Segment {
  readonly state: string;
  readonly from: number;
  readonly to: number;
}

/** Spans of equal state of a provider; `-` where nothing was recorded. */
export function segmentsOf(history: History, provider: string, until: number): readonly Segment[] {
  const step = usualStep(history);
  const segments: Segment[] = [];
  const add = (state: string, from: number, to: number): void => {
    const last = segments.at(-1);
    if (last?.state === state && last.to === from) segments[segments.length - 1] = { ...last, to };
    else if (to > from) segments.push({ state, from, to });
  };
  for (const [index, { timestamp, states }] of history.points.entries()) {
    const next = history.points[index + 1]?.timestamp ?? until;
    const covered = Math.min(next, timestamp + 2 * step);
    add(states[provider] ?? '-', timestamp, covered);
    if (covered < next) add('-', covered, next);
  }
  return segments;
}
