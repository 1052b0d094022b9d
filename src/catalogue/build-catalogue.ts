import { businessFamilies } from './business.js';
import { type Catalogue, type CatalogueTable, compileCatalogue, type QueryScoper, type Scope } from './compile.js';
import { healthFamilies } from './health.js';
import { modelFamilies } from './models.js';
import { performanceFamilies } from './performance.js';
import { providerFamilies } from './providers.js';
import { summaryFields, summaryRows } from './summary.js';
import { systemFamilies } from './system.js';

/** All rows, in the order of `/all` and the documentation. */
export const catalogueTables: readonly CatalogueTable[] = [
  { file: 'catalogue/system.ts', families: systemFamilies },
  { file: 'catalogue/providers.ts', families: providerFamilies },
  { file: 'catalogue/models.ts', families: modelFamilies },
  { file: 'catalogue/business.ts', families: businessFamilies },
  { file: 'catalogue/performance.ts', families: performanceFamilies },
  { file: 'catalogue/summary.ts', rows: summaryRows },
];

/** Builds the catalogue for one scope; `healthService` includes the Health Service's families and fields. */
export function buildCatalogue(scope: Scope, healthService: boolean, scopeQuery: QueryScoper): Catalogue {
  const fields = summaryFields.filter((field) => healthService || field.section !== 'health');
  const external = healthService ? healthFamilies.map((family) => ({ ...family, row: family.name })) : [];
  return compileCatalogue(catalogueTables, fields, external, scope, scopeQuery);
}
