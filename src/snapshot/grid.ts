/**
 * Evaluation timestamp of a refresh that starts at `now`: the latest multiple of `interval` at least `delay` in the past.
 * Scrapes up to it are committed, and all replicas choose the same one. All in milliseconds.
 */
export function latestEvaluationTime(now: number, interval: number, delay: number): number {
  return Math.floor((now - delay) / interval) * interval;
}
