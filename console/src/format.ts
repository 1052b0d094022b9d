/** Numbers, units and times as people read them: one locale, 24 hours, ISO dates. */

const scales: readonly (readonly [number, string])[] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

export const noValue = '—';

/** Three significant digits, `<0.01` for what is smaller, k, M, G from 10,000. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return noValue;
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size === 0) return '0';
  if (size < 0.01) return value < 0 ? '>−0.01' : '<0.01';
  if (size < 9_999.5) return sign + grouped(Number.isInteger(size) || size >= 999.5 ? Math.round(size) : digits(size));
  // The scale of the rounded number: 999,600 is 1 M, not 1,000 k.
  const rounded = Number(size.toPrecision(3));
  const [scale, letter] = scales.find(([from]) => rounded >= from) ?? [1, ''];
  return `${sign}${grouped(digits(rounded / scale))} ${letter}`;
}

function digits(size: number): number {
  return Number(size.toPrecision(3));
}

function grouped(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 4 });
}

export interface Quantity {
  readonly text: string;
  /** Short form with the space before it, empty for counts: their label says what is counted. */
  readonly unit: string;
}

/** A value of the catalogue with its unit. */
export function formatQuantity(value: number | null | undefined, unit: string): Quantity {
  if (value === null || value === undefined || !Number.isFinite(value)) return { text: noValue, unit: '' };
  switch (unit) {
    case 'percent':
      return { text: formatNumber(value), unit: '%' };
    case 'ratio':
      return { text: formatNumber(100 * value), unit: '%' };
    case 'seconds':
      return formatQuantity(1000 * value, 'milliseconds');
    case 'milliseconds':
      if (Math.abs(value) < 9_999.5) return { text: formatNumber(value), unit: ' ms' };
      return { text: formatNumber(value / 1000), unit: ' s' };
    case 'bytes':
      return { text: formatNumber(value), unit: ' B' };
    case '1 or 0':
      return { text: value === 1 ? 'yes' : value === 0 ? 'no' : formatNumber(value), unit: '' };
    default:
      return { text: formatNumber(value), unit: unit.endsWith(' per minute') ? '/min' : '' };
  }
}

/** The whole value with its unit in words. */
export function fullValue(value: number | null | undefined, unit: string): string {
  if (value === null || value === undefined) return 'no value';
  return `${value.toLocaleString('en', { maximumSignificantDigits: 15 })} ${unit}`;
}

/** Change since an hour before; in percentage points where the value is a share itself. */
export function formatChange(value: number | null | undefined, before: number | undefined, unit: string): string {
  if (value === null || value === undefined || before === undefined) return '';
  const points = unit === 'percent' ? value - before : unit === 'ratio' ? 100 * (value - before) : undefined;
  if (points === undefined && before === 0) return '';
  const change = points ?? (100 * (value - before)) / Math.abs(before);
  const size = Math.abs(change);
  if (size < 0.1) return '±0';
  const text = size < 10 ? String(Number(size.toFixed(1))) : formatNumber(Math.round(size));
  return `${change > 0 ? '+' : '−'}${text}${points === undefined ? '%' : ' pp'}`;
}

/** `8 s`, `4 min`, `3 h`. */
export function formatAge(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

export type Zone = 'local' | 'utc';

interface Moment {
  readonly date: string;
  readonly time: string;
  readonly seconds: string;
}

const formats = new Map<Zone, Intl.DateTimeFormat>();

function formatOf(zone: Zone): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(zone === 'utc' && { timeZone: 'UTC' }),
  });
  formats.set(zone, format);
  return format;
}

function momentOf(timestamp: number, zone: Zone): Moment {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(timestamp)
      .map(({ type, value }) => [type, value]),
  );
  return {
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    time: `${parts['hour']}:${parts['minute']}`,
    seconds: parts['second'] ?? '00',
  };
}

/** `14:02`. */
export function formatTime(timestamp: number, zone: Zone): string {
  return momentOf(timestamp, zone).time;
}

/** `14:02:05`. */
export function formatSeconds(timestamp: number, zone: Zone): string {
  const { time, seconds } = momentOf(timestamp, zone);
  return `${time}:${seconds}`;
}

/** `2026-11-22 14:02`. */
export function formatDateTime(timestamp: number, zone: Zone): string {
  const { date, time } = momentOf(timestamp, zone);
  return `${date} ${time}`;
}

/** `UTC` or the browser's zone with its offset at that time: `Asia/Kolkata, UTC+5:30`. */
export function zoneName(zone: Zone, timestamp: number): string {
  if (zone === 'utc') return 'UTC';
  const parts = new Intl.DateTimeFormat('en', { timeZoneName: 'shortOffset' }).formatToParts(timestamp);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', 'UTC') ?? 'UTC';
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'UTC' ? 'UTC' : `${timeZone}, ${offset}`;
}

/** A name from outside, with control and direction characters made visible. */
export function visibleName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
  });
}
