import { Command } from 'commander';
import { createCatalogue } from '../catalogue/create-catalogue.js';
import { documentation } from '../documentation.js';
import { gatewayzCatalogue } from '../presets/presets.js';
import { readSettings } from '../settings/read-settings.js';

export function docsCommand(): Command {
  return new Command('docs')
    .description('Print the API documentation as Markdown, for the settings in the environment.')
    .action(() => {
      const settings = readSettings();
      const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
      process.stdout.write(documentation(createCatalogue(gatewayzCatalogue, scope), settings, {}));
    });
}
