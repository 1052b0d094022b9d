import { backend } from './backend.js';
import { busy } from './busy.js';
import { lifecycle } from './lifecycle.js';
import { ownValues } from './own-values.js';
import { providerCounts } from './provider-counts.js';
import type { Scenario } from './scenario.js';
import { scopes } from './scopes.js';
import { shapes } from './shapes.js';
import { storage } from './storage.js';

export const scenarios: readonly Scenario[] = [
  busy,
  backend,
  ...lifecycle,
  ...shapes,
  ...ownValues,
  ...providerCounts,
  ...storage,
  ...scopes,
];
