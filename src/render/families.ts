import type { OutputFamily } from '../catalogue/definition.js';
import { parseValue } from '../catalogue/derivations/number.js';
import type { Family, Metric, Sample, Snapshot } from '../model.js';

/** The families of a snapshot that have metrics, in the catalogue's order. */
export function familiesOf(snapshot: Snapshot, families: readonly OutputFamily[]): Family[] {
  return families.flatMap(({ name, type, help, unit, row }) => {
    const metrics = snapshot.rows.get(row)?.metrics ?? [];
    const legal = type === 'counter' ? metrics.filter(isCount) : metrics;
    // A row and the family it fills are declared together: the metrics have the shape that the type asks for.
    return legal.length === 0 ? [] : [{ name, type, help, unit, metrics: legal } as Family];
  });
}

/** A counter is never negative and never NaN; a source that says so has no count to show. */
function isCount(metric: Metric): boolean {
  return parseValue((metric as Sample).value) >= 0;
}
