/**
 * Evaluation timestamp of a refresh that starts at `now`: the latest multiple of `interval` at least `delay` in the past.
 * Scrapes up to it are committed, and all replicas choose the same one. All in milliseconds.
 */
export function latestEvaluationTime(now: number, interval: number, delay: number): number {
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
