import { businessFamilies } from './business.js';
import { type Catalogue, type CatalogueTable, compileCatalogue, type Narrow, type Scope } from './compile.js';
import { healthFamilies } from './health.js';
import { modelFamilies } from './models.js';
import { performanceFamilies } from './performance.js';
import { providerFamilies } from './providers.js';
import { summaryFields, summaryRows } from './summary.js';
import { systemFamilies } from './system.js';

/** Every row, in the order in which `/all` and the documentation show them. */
export const catalogueTables: readonly CatalogueTable[] = [
  { file: 'catalogue/system.ts', families: systemFamilies },
  { file: 'catalogue/providers.ts', families: providerFamilies },
  { file: 'catalogue/models.ts', families: modelFamilies },
  { file: 'catalogue/business.ts', families: businessFamilies },
  { file: 'catalogue/performance.ts', families: performanceFamilies },
  { file: 'catalogue/summary.ts', rows: summaryRows },
];

/** The catalogue for one scope; the Health Service's families and fields are there when one is configured. */
export function buildCatalogue(scope: Scope, healthService: boolean, narrow: Narrow): Catalogue {
  const fields = summaryFields.filter((field) => healthService || field.section !== 'health');
  const external = healthService ? healthFamilies.map((family) => ({ ...family, row: family.name })) : [];
  return compileCatalogue(catalogueTables, fields, external, scope, narrow);
}
