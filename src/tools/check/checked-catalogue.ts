import type { Catalogue } from '../../catalogue/compile.js';
import { createCatalogue } from '../../catalogue/create-catalogue.js';
import type { CatalogueDefinition } from '../../catalogue/definition.js';
import { metricSpecs } from '../../instrument/metric-specs.js';
import { type CheckedEndpoint, checkedEndpoints } from './service/checked-endpoints.js';

/** The catalogue of the service that is checked, without its scope, and what follows from it. */
export class CheckedCatalogue {
  readonly rows: Catalogue['rows'];
  readonly fields: Catalogue['fields'];
  /** All fields of the summary, those that the gateway cannot fill included. */
  readonly summaryFields: readonly Pick<Catalogue['fields'][number], 'section' | 'field'>[];
  /** By endpoint. */
  readonly families: Catalogue['families'];
  readonly endpoints: readonly CheckedEndpoint[];
  /** Metrics that a gateway exports or may export: histograms and summaries without their suffixes. */
  readonly metrics: ReadonlySet<string>;
  /** Names that only this service exports: if they are among the gateway's series, its output was re-ingested. */
  readonly exportedOnly: readonly string[];

  constructor(definition: CatalogueDefinition) {
    const { rows, fields, families, notExported } = createCatalogue(definition, { selector: [], marker: undefined });
    this.rows = rows;
    this.fields = fields;
    this.summaryFields = [...fields, ...notExported];
    this.families = families;
    this.endpoints = checkedEndpoints(definition.endpoints);
    this.metrics = new Set([
      ...[...rows.values()].flatMap(({ metrics }) => metrics.map(baseName)),
      ...Object.values(metricSpecs).map(({ name }) => name),
    ]);
    this.exportedOnly = (families['all'] ?? [])
      .filter(({ type }) => type === 'summary')
      .flatMap(({ name }) => [name, `${name}_sum`, `${name}_count`]);
  }

  /** Whether a gateway exports, or may export, a series of this name. */
  has(series: string): boolean {
    return this.metrics.has(baseName(series));
  }
}

/** The name of the histogram or summary that a series is a part of; any other name as it is. */
function baseName(name: string): string {
  return name.replace(/_(?:bucket|sum|count)$/, '');
}
