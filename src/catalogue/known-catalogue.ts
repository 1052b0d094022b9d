import { GatewayzMetricsError } from '../errors.js';
import type { Query } from '../promql/query.js';
import { buildCatalogue } from './build-catalogue.js';
import type { Catalogue, Scope } from './compile.js';

/**
 * The catalogue for one scope from the `queries` of one that was created for it: neither time nor memory goes into the
 * parser. A text that is not among them is a defect.
 */
export function knownCatalogue(scope: Scope, healthService: boolean, queries: Catalogue['queries']): Catalogue {
  return buildCatalogue(scope, healthService, (text): Query => {
    const query = queries.get(text);
    if (!query) throw new GatewayzMetricsError('internal', `the catalogue has no query ${JSON.stringify(text)}`);
    return query;
  });
}
