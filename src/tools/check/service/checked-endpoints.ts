import { createRoutes, type Route } from '../../../http/routes.js';
import { gatewayzCatalogue } from '../../../presets/presets.js';

/** Handling times that users are promised, in milliseconds, by the `endpoint` label of our own metrics. */
const budgets: Readonly<Record<string, number>> = {
  summary: 50,
  system: 100,
  providers: 100,
  models: 100,
  business: 100,
  performance: 100,
  all: 200,
  docs: 1,
  scrape: 50,
};

export interface CheckedEndpoint extends Route {
  /** Milliseconds. */
  readonly budget: number;
}

/** The eight endpoints and the scrape target, with what they are promised to take. */
export const checkedEndpoints: readonly CheckedEndpoint[] = createRoutes(gatewayzCatalogue.endpoints).map((route) => ({
  ...route,
  budget: budgets[route.endpoint]!,
}));
