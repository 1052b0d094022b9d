import { buildCatalogue } from './build-catalogue.js';
import { type Catalogue, findQuery, type Scope } from './compile.js';

/**
 * Builds the catalogue for one scope from the `queries` of a catalogue created for that scope, without loading the parser.
 */
export function precompiledCatalogue(scope: Scope, healthService: boolean, queries: Catalogue['queries']): Catalogue {
  return buildCatalogue(scope, healthService, findQuery(queries));
}
