import { parseDuration } from '../duration.js';

/** A number as Go's `strconv.ParseFloat` reads it, hexadecimal ones included; undefined for anything else. */
function readFloat(text: string): number | undefined {
  const plain = text.toLowerCase().replaceAll('_', '');
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(plain)) return Number(plain);
  const [, sign = '', name, whole = '', fraction = '', exponent] =
    /^([+-]?)(?:(inf|infinity|nan)|0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+))$/.exec(plain) ?? [];
  const factor = sign === '-' ? -1 : 1;
  if (name !== undefined) return name === 'nan' ? Number.NaN : factor * Number.POSITIVE_INFINITY;
  if (exponent === undefined) return undefined;
  return factor * Number.parseInt(`0${whole}${fraction}`, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
}

/**
 * Epoch milliseconds of a timestamp: seconds, RFC 3339, and VictoriaMetrics's forms (`now-1h`, `-1h`, `2026-11`). NaN for the
 * float NaN, undefined for what is unreadable here: the upstream rejects it.
 *
 * @param now Epoch milliseconds.
 */
export function readTime(text: string, now: number): number | undefined {
  const seconds = readFloat(text);
  if (seconds !== undefined) return seconds * 1000;
  // Prometheus prints its first and last moment like this, which is more than a `Date` can hold.
  if (/^-?\d{6,}-\d\d-\d\dT/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^\d{4}-\d\d/.test(text)) {
    const moment = Date.parse(text);
    return Number.isNaN(moment) ? undefined : moment;
  }
  const [, sign, duration] = /^(?:now)?(?:([+-]?)(\w+))?$/.exec(text) ?? [];
  if (text === 'now') return now;
  const offset = duration === undefined ? undefined : parseDuration(duration);
  if (offset === undefined) return undefined;
  return sign === '+' ? now + offset : now - offset;
}

/** Milliseconds of a step or timeout: seconds or a Prometheus duration; undefined if unreadable. */
export function readStep(text: string): number | undefined {
  const seconds = readFloat(text);
  return seconds === undefined ? parseDuration(text) : seconds * 1000;
}
