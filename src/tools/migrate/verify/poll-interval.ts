import type { RangeSeries } from './range-query.js';

/** Default poll interval of the exporter and of this service, in milliseconds. */
export const usualPoll = 30_000;

/**
 * Poll interval of a job in milliseconds: the median distance between its timestamps of last success. Undefined if there
 * are too few.
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
