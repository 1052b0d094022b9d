import { type Catalogue, compileCatalogue, findQuery, type Scope } from './compile.js';
import type { CatalogueDefinition } from './definition.js';

/**
 * Creates the catalogue of a definition for one scope from the `queries` of a catalogue created for both, without loading the
 * parser.
 */
export function precompiledCatalogue(
  definition: CatalogueDefinition,
  scope: Scope,
  queries: Catalogue['queries'],
): Catalogue {
  return compileCatalogue(definition, scope, findQuery(queries));
}
