import { createCatalogue } from '../../src/catalogue/index.js';
import type { EngineInput } from '../../src/engine/engine.js';
import { type Options, readSettings } from '../../src/settings.js';

/** What `createMetrics` makes an engine from, for these options and no environment. */
export function engineInput(options: Options): EngineInput {
  const settings = readSettings({ env: {}, ...options });
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  return { settings, queries: createCatalogue(scope, settings.healthServiceUrl !== undefined).queries };
}
