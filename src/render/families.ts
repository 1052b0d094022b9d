import type { OutputFamily } from '../catalogue/definition.js';
import { parseValue } from '../catalogue/derivations/number.js';
import type { Family, Metric, Sample, Snapshot } from '../model.js';

/** Families of a snapshot with at least one metric, in catalogue order. */
export function familiesOf(snapshot: Snapshot, families: readonly OutputFamily[]): Family[] {
  return families.flatMap(({ name, type, help, unit, row }) => {
    const metrics = snapshot.rows.get(row)?.metrics ?? [];
    const legal = type === 'counter' ? metrics.filter(isCount) : metrics;
    // The catalogue declares a row and its family together, so the metrics have the shape of the type.
    return legal.length === 0 ? [] : [{ name, type, help, unit, metrics: legal } as Family];
  });
}

/** Negative or NaN counter values are invalid and not rendered. */
function isCount(metric: Metric): boolean {
  return parseValue((metric as Sample).value) >= 0;
}
