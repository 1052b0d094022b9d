import type { Vector } from '../../model.js';
import { scalarOf, sum, within } from './vector.js';

/** `factor * dividend / (divisor > 0)`: undefined without a positive divisor, so that 0/0 never shows. */
export function ratio(dividend: number | undefined, divisor: number | undefined, factor = 1): number | undefined {
  if (dividend === undefined || divisor === undefined || !(divisor > 0)) return undefined;
  return (factor * dividend) / divisor;
}

/** Percent of requests whose status code is 5xx, from `sum by (status_code) (rate(…))`; 0 while there are none. */
export function serverErrorPercent(rates: Vector): number | undefined {
  const failed = rates.filter((sample) => /^5..$/s.test(sample.labels['status_code'] ?? ''));
  return ratio(sum(failed) ?? 0, sum(rates), 100);
}

/** `hits / (hits + misses)` of two rates; a missing side counts as 0 if the other exists. */
export function hitRatio(hits: Vector, misses: Vector): number | undefined {
  const hit = scalarOf(hits);
  const miss = scalarOf(misses);
  if (hit === undefined && miss === undefined) return undefined;
  return ratio(hit ?? 0, (hit ?? 0) + (miss ?? 0));
}

/** `avg(vector >= 0 <= 1)`. */
export function plausibleRatio(vector: Vector): number | undefined {
  const values = vector.map(within(0, 1)).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0) / values.length;
}
