import type { Vector } from '../../model.js';
import type { BlockVectors } from '../block-vectors.js';
import { scalarOf, sum, within } from './vector.js';

/** `factor * dividend / (divisor > 0)`: undefined without a positive divisor, so that 0/0 never shows. */
export function ratio(dividend: number | undefined, divisor: number | undefined, factor = 1): number | undefined {
  if (dividend === undefined || divisor === undefined || !(divisor > 0)) return undefined;
  return (factor * dividend) / divisor;
}

/** `factor * sum(matching) / sum(all)` of a vector of rates; 0 while no sample matches, undefined while nothing has a rate. */
export function matchingShare(rates: Vector, label: string, pattern: string, factor: number): number | undefined {
  const whole = new RegExp(`^(?:${pattern})$`, 's');
  const matching = rates.filter((sample) => whole.test(sample.labels[label] ?? ''));
  return ratio(sum(matching) ?? 0, sum(rates), factor);
}

/** `hits / (hits + misses)` of two rates; a missing side counts as 0 if the other exists. */
function hitRatio(hits: Vector, misses: Vector): number | undefined {
  const hit = scalarOf(hits);
  const miss = scalarOf(misses);
  if (hit === undefined && miss === undefined) return undefined;
  return ratio(hit ?? 0, (hit ?? 0) + (miss ?? 0));
}

/** `avg(vector >= 0 <= 1)`. */
function plausibleRatio(vector: Vector): number | undefined {
  const values = vector.map(within(0, 1)).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0) / values.length;
}

/**
 * Cache hit ratio from exported ratios, or else from hits and misses, or else from those of the catalog cache. The last only if
 * the cache has no counters at all: an idle cache has no ratio.
 */
export function cacheHitRatio(
  blocks: BlockVectors<'own' | 'hits' | 'misses' | 'hitsSeries' | 'missesSeries' | 'catalogHits' | 'catalogMisses'>,
): number | undefined {
  const isCounted = blocks.hitsSeries.length > 0 || blocks.missesSeries.length > 0;
  const catalog = isCounted ? undefined : hitRatio(blocks.catalogHits, blocks.catalogMisses);
  return plausibleRatio(blocks.own) ?? hitRatio(blocks.hits, blocks.misses) ?? catalog;
}
