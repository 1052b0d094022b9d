/**
 * The instant that a refresh beginning at `now` evaluates: the latest multiple of `interval` that is at least `delay` old.
 * By then the scrapes up to it are committed, and every replica chooses the same one. All in epoch milliseconds.
 */
export function latestInstant(now: number, interval: number, delay: number): number {
  return Math.floor((now - delay) / interval) * interval;
}

/**
 * How long a refresh should last for its cost to be at most a tenth of it: a multiple of `interval`.
 *
 * @param costSeconds summed upstream response time of one refresh
 */
export function effectiveInterval(costSeconds: number, interval: number): number {
  return Math.max(1, Math.ceil((10_000 * costSeconds) / interval)) * interval;
}
