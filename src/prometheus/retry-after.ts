/** An hour: a mistaken date must not silence us for a year. */
const most = 3600;

/**
 * Seconds to wait by a `Retry-After` header, which is a number of seconds or an HTTP date; 0 for a date that has passed,
 * an hour at most, undefined where the header says nothing.
 *
 * @param now Epoch milliseconds.
 */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(Math.ceil(seconds), 0), most);
}
