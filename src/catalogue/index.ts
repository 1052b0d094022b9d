import { scopeQuery } from '../promql/add-matchers.js';
import { buildCatalogue } from './build-catalogue.js';
import { type Catalogue, type Scope, scopeMatchers } from './compile.js';

export { catalogueTables } from './build-catalogue.js';

/** Creates the catalogue for one scope; every text is parsed and checked. */
export function createCatalogue(scope: Scope, healthService: boolean): Catalogue {
  const matchers = scopeMatchers(scope);
  return buildCatalogue(scope, healthService, (text) => scopeQuery(text, matchers));
}
