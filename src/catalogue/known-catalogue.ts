import { buildCatalogue } from './build-catalogue.js';
import { type Catalogue, lookUp, type Scope } from './compile.js';

/**
 * The catalogue for one scope from the `queries` of one that was created for it: neither time nor memory goes into the
 * parser.
 */
export function knownCatalogue(scope: Scope, healthService: boolean, queries: Catalogue['queries']): Catalogue {
  return buildCatalogue(scope, healthService, lookUp(queries));
}
