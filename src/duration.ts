import { GatewayzMetricsError } from './errors.js';

/** Units in the order Prometheus requires, with their milliseconds. A year has 365 days, as in Prometheus. */
const units = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const pattern = new RegExp(`^${units.map(([unit]) => `(?:(\\d+)${unit})?`).join('')}$`);

/** Parses a Prometheus duration (`1h30m`, `100ms`, `0`) to milliseconds. Returns undefined for other text (`1.5h`, `30m1h`, `-5s`). */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const counts = text === '' ? null : pattern.exec(text);
  if (counts === null) return undefined;
  return units.reduce((sum, [, milliseconds], index) => sum + Number(counts[index + 1] ?? 0) * milliseconds, 0);
}

/** Formats whole, non-negative milliseconds as the shortest Prometheus duration, in days and smaller units: `5s`, `1h30m`, `0s`. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isSafeInteger(milliseconds) || milliseconds < 0) {
    throw new GatewayzMetricsError('internal', `expected whole milliseconds, 0 or more, got ${milliseconds}`);
  }
  let rest = milliseconds;
  let text = '';
  for (const [unit, size] of units.slice(2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) text += `${count}${unit}`;
  }
  return text || '0s';
}
