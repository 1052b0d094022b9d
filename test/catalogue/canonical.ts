import type { Catalogue, CompiledRow } from '../../src/catalogue/compile.js';
import type { Collection, Vector } from '../../src/model.js';
import { differences } from './differences.js';
import { type FlatValues, flattenMetrics, flattenPart } from './flat-values.js';

/** Answers PromQL at the instant of the collection. */
export type Query = (promql: string) => Promise<Vector>;

/** What the collector says of a row; nothing where it is absent. Throws where it has failed. */
export function valuesOf(collection: Collection, row: string): FlatValues {
  const outcome = collection.outcomes.get(row);
  if (outcome?.state === 'failed') throw new Error(`${row} failed: ${outcome.reason}`);
  return flattenMetrics(outcome?.state === 'present' ? outcome.metrics : []);
}

/** What PromQL texts, by part, say together. */
export async function valuesOfPromql(promql: Readonly<Record<string, string>>, query: Query): Promise<FlatValues> {
  const parts = await Promise.all(
    Object.entries(promql).map(async ([part, text]) => [...flattenPart(part, await query(text))]),
  );
  return new Map(parts.flat());
}

/** Where what was collected is not what the catalogue's canonical PromQL says, row by row. */
export async function canonicalDifferences(
  catalogue: Catalogue,
  collection: Collection,
  query: Query,
): Promise<string[]> {
  const found = await Promise.all(
    [...catalogue.rows.values()].map(async (row) =>
      differences(row.id, valuesOf(collection, row.id), await valuesOfPromql(row.promql, query), isPlain(row)),
    ),
  );
  return found.flat();
}

/** Sums are equal to the last digit; what is divided, or extrapolated to rates, up to rounding. */
export function isPlain(row: CompiledRow): boolean {
  return Object.values(row.promql).every((text) => !text.includes('rate('));
}
