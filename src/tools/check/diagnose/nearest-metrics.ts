import { nearestName } from '../../../settings/nearest-name.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';

/** Existing metric names close to one that does not exist. */
export interface NearMetrics {
  /** Nearly the same names, nearest first: the metric was probably renamed. */
  readonly renamed: readonly string[];
  /** Names of which it is a part. */
  readonly similar: readonly string[];
}

const atMost = 3;

/** For a metric of the catalogue, others of the catalogue are left out: they mean something else. */
export function nearestMetrics(name: string, existing: Iterable<string>, catalogue: CheckedCatalogue): NearMetrics {
  const inCatalogue = catalogue.has(name);
  const candidates = [...existing].filter(
    (other) => !(inCatalogue && catalogue.has(other)) && !other.endsWith('_created'),
  );
  const renamed: string[] = [];
  for (let left = candidates; renamed.length < atMost; ) {
    const nearest = nearestName(name, left);
    if (nearest === undefined) break;
    renamed.push(nearest);
    left = left.filter((other) => other !== nearest);
  }
  const hasPart = (other: string): boolean => `_${other}_`.includes(`_${name}_`);
  const similar = candidates.filter((other) => hasPart(other) && !renamed.includes(other));
  return { renamed, similar: similar.sort((a, b) => a.length - b.length).slice(0, atMost) };
}
