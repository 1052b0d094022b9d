import { scopeQuery } from '../promql/add-matchers.js';
import { type Catalogue, compileCatalogue, type Scope, scopeMatchers } from './compile.js';
import type { CatalogueDefinition } from './definition.js';

/**
 * Creates the catalogue of a definition for one scope; every text is parsed and checked.
 * @throws {GatewayzMetricsError} catalogue_invalid, listing every problem
 */
export function createCatalogue(definition: CatalogueDefinition, scope: Scope): Catalogue {
  const matchers = scopeMatchers(scope);
  return compileCatalogue(definition, scope, (text) => scopeQuery(text, matchers));
}
