import { GatewayzMetricsError } from './errors.js';

/** Milliseconds of each unit, in the order in which a duration has them; a year has 365 days, as in Prometheus. */
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

/** Milliseconds of a Prometheus duration (`1h30m`, `100ms`, `0`); undefined for anything else (`1.5h`, `30m1h`, `-5s`). */
export function readDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const counts = text === '' ? null : pattern.exec(text);
  if (counts === null) return undefined;
  return units.reduce((sum, [, milliseconds], index) => sum + Number(counts[index + 1] ?? 0) * milliseconds, 0);
}

/** Milliseconds of a Prometheus duration. @throws GatewayzMetricsError `settings_invalid` for any other text. */
export function parseDuration(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new GatewayzMetricsError(
    'settings_invalid',
    `expected a duration such as "5s" or "1h30m", got ${JSON.stringify(text)}`,
  );
}

/** The shortest Prometheus duration of whole, non-negative milliseconds, in days and smaller units: `5s`, `1h30m`, `0s`. */
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
