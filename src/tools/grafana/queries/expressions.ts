import { degradedErrorRate, downErrorRate } from '../../../catalogue/thresholds.js';

/**
 * PromQL shared by dashboards and alerts, without base selector. A missing numerator is 0 while the denominator exists;
 * without traffic there is no value.
 */

/** Grouping labels, as in `sum by (provider)`; empty: `sum`. */
export type By = readonly string[];

export function sumBy(by: By, vector: string): string {
  return by.length === 0 ? `sum(${vector})` : `sum by (${by.join(', ')}) (${vector})`;
}

/** Summed rate per second. `matchers` is PromQL without braces. */
export function rateOf(metric: string, { matchers = '', by = [], window = '5m' }: RateOptions = {}): string {
  return sumBy(by, `rate(${metric}${matchers === '' ? '' : `{${matchers}}`}[${window}])`);
}

export interface RateOptions {
  readonly matchers?: string;
  readonly by?: By;
  readonly window?: string;
}

/** Ratio of the increase with the matchers `part` to the whole increase, 0 to 1. */
export function shareOf(metric: string, part: string, { matchers = '', by = [], window = '5m' }: RateOptions): string {
  const all = rateOf(metric, { matchers, by, window });
  const chosen = rateOf(metric, { matchers: [part, matchers].filter((text) => text !== '').join(','), by, window });
  return `(${chosen} or 0 * ${all}) / (${all} > 0)`;
}

/** Mean of a histogram or summary in a window. */
export function meanOf(metric: string, options: RateOptions): string {
  return `${rateOf(`${metric}_sum`, options)} / (${rateOf(`${metric}_count`, options)} > 0)`;
}

export function quantileOf(quantile: number, metric: string, options: RateOptions): string {
  const by = [...(options.by ?? []), 'le'];
  return `histogram_quantile(${quantile}, ${rateOf(`${metric}_bucket`, { ...options, by })}) >= 0`;
}

/** `up` of the scrape targets that belong to the gateway's jobs: a target that is down has no other series. */
export const targets = 'up and on (job) group by (job) (present_over_time(fastapi_requests_total[1h]))';

/** The highest series, in descending order. */
export function top(count: number, vector: string): string {
  return `sort_desc(topk(${count}, ${vector}))`;
}

/**
 * 0 healthy, 1 degraded, 2 down, per provider: availability 0 is down, else the error rate decides. `severity` is what
 * `severityOf` gives.
 */
export function stateOf(severity: string): string {
  return `(${severity} >= bool ${degradedErrorRate}) + (${severity} > bool ${downErrorRate})`;
}

/** The error rate, but 1 where availability is 0, per provider. The arguments are the canonical texts of both. */
export function severityOf(availability: string, errorRate: string): string {
  return `(((${availability}) == bool 0) > 0 or (${errorRate}) or 0 * (${availability}))`;
}
