import type { RangeSeries } from './range-query.js';

/** How often the exporter polled, and this service does by default, in milliseconds. */
export const usualPoll = 30_000;

/**
 * How often a job polls, in milliseconds, from the times of its last success: the median between two that were seen.
 * Undefined where too few were seen to tell.
 */
export function pollInterval(job: readonly RangeSeries[]): number | undefined {
  const gaps = job
    .filter(({ name }) => name === 'gatewayz_health_service_last_successful_scrape')
    .flatMap(({ values }) => gapsBetween([...new Set([...values.values()].map(Number))].filter((time) => time > 0)))
    .toSorted((a, b) => a - b);
  const median = gaps[Math.floor(gaps.length / 2)];
  return gaps.length < 2 || median === undefined ? undefined : Math.ceil(median * 1000);
}

function gapsBetween(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? time));
}
