import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import type { EngineInput } from '../../src/engine/engine.js';
import { catalogueFor } from '../../src/presets/presets.js';
import { type Options, readSettings } from '../../src/settings/read-settings.js';

/** What `createMetrics` makes an engine from, for these options and no environment. */
export function engineInput(options: Options): EngineInput {
  const settings = readSettings({ env: {}, ...options });
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  const definition = catalogueFor(settings);
  return { settings, definition, queries: createCatalogue(definition, scope).queries };
}
