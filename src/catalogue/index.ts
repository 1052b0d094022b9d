import { narrowQuery } from '../promql/add-matchers.js';
import { buildCatalogue } from './build-catalogue.js';
import { type Catalogue, type Scope, scopeMatchers } from './compile.js';

export { catalogueTables } from './build-catalogue.js';

/** The catalogue for one scope, every text parsed and checked; see `buildCatalogue` and `compileCatalogue`. */
export function createCatalogue(scope: Scope, healthService: boolean): Catalogue {
  const matchers = scopeMatchers(scope);
  return buildCatalogue(scope, healthService, (text) => narrowQuery(text, matchers));
}
