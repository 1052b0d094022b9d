import type { Window } from '../diagnose/prometheus-api.js';

const usual = { from: 'now-6h', to: 'now' };

const milliseconds: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

/** What a dashboard shows when it is opened, in UTC; where its times cannot be read, Grafana's usual six hours. */
export function timeRange(time: { readonly from: string; readonly to: string } | undefined, now: number): Window {
  const { from, to } = time ?? usual;
  const window = { from: readTime(from, now, false), to: readTime(to, now, true) };
  return window.from < window.to ? window : { from: now - 6 * 3_600_000, to: now };
}

/** Whether a dashboard is saved with dates instead of a range up to now. */
export function isFixedRange(time: { readonly from: string; readonly to: string } | undefined): boolean {
  return time !== undefined && !time.from.startsWith('now');
}

/** The range of a panel with its own relative time, such as `24h` or `now/d`, or shifted back by `timeShift`. */
export function panelRange(
  window: Window,
  { timeFrom, timeShift }: { readonly timeFrom: string; readonly timeShift: string },
  now: number,
): Window {
  const own = timeFrom.startsWith('now')
    ? { from: readTime(timeFrom, now, false), to: readTime(timeFrom.includes('/') ? timeFrom : 'now', now, true) }
    : { from: readTime(`now-${timeFrom}`, now, false), to: now };
  const { from, to } = timeFrom !== '' && own.from < own.to ? own : window;
  const shift = now - readTime(`now-${timeShift.replace(/^-/, '')}`, now, false);
  return { from: from - shift, to: to - shift };
}

/** `now`, with offsets like `-1h` and rounding like `/d`, or a date; NaN for anything else. `end`: round up. */
function readTime(text: string, now: number, end: boolean): number {
  if (!text.startsWith('now')) return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  let at = now;
  for (const [, sign, count, unit, rounding] of text.slice(3).matchAll(/([+-])(\d+)(ms|[smhdwMy])|\/([smhdwMy])/g)) {
    if (rounding !== undefined) at = startOf(rounding, at) + (end ? (milliseconds[rounding] ?? 0) - 1 : 0);
    else at += (sign === '-' ? -1 : 1) * Number(count) * (milliseconds[unit ?? ''] ?? Number.NaN);
  }
  return at;
}

function startOf(unit: string, at: number): number {
  const date = new Date(at);
  if (unit === 'y') return Date.UTC(date.getUTCFullYear(), 0);
  if (unit === 'M') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  if (unit === 'w') return startOf('d', at - date.getUTCDay() * 86_400_000);
  const size = milliseconds[unit] ?? 1;
  return Math.floor(at / size) * size;
}
