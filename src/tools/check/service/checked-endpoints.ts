import type { EndpointDefinition } from '../../../catalogue/definition.js';
import { createRoutes, type Route } from '../../../http/routes.js';

/** Handling times that users are promised, in milliseconds, by the `endpoint` label of our own metrics. */
const budgets: Readonly<Record<string, number>> = { summary: 50, all: 200, docs: 1, openapi: 1, scrape: 50 };
/** Of the endpoints that a catalogue defines. */
const defaultBudget = 100;

export interface CheckedEndpoint extends Route {
  /** Milliseconds. */
  readonly budget: number;
}

/** The endpoints of a catalogue with their budgets, documentation and scrape target included. */
export function checkedEndpoints(endpoints: readonly EndpointDefinition[]): readonly CheckedEndpoint[] {
  return createRoutes(endpoints).map((route) => ({ ...route, budget: budgets[route.endpoint] ?? defaultBudget }));
}
