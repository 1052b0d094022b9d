import { createCatalogue } from '../../../catalogue/create-catalogue.js';
import { metricSpecs } from '../../../instrument/metric-specs.js';
import { gatewayzCatalogue } from '../../../presets/presets.js';

/** The catalogue without a scope. */
export const plainCatalogue = createCatalogue(gatewayzCatalogue, { selector: [], marker: undefined });

/** Metrics that a gateway exports or may export: histograms and summaries without their suffixes. */
export const contractMetrics: ReadonlySet<string> = new Set([
  ...[...plainCatalogue.rows.values()].flatMap(({ metrics }) => metrics.map(baseName)),
  ...Object.values(metricSpecs).map(({ name }) => name),
]);

/** Names that only this service exports: if they are among the gateway's series, our own output was re-ingested. */
export const reexportedOnly: readonly string[] = (plainCatalogue.families['all'] ?? [])
  .filter(({ type }) => type === 'summary')
  .flatMap(({ name }) => [name, `${name}_sum`, `${name}_count`]);

/** The name of the histogram or summary that a series is a part of; any other name as it is. */
export function baseName(name: string): string {
  return name.replace(/_(?:bucket|sum|count)$/, '');
}
