import { Command } from 'commander';
import { createCatalogue } from '../catalogue/index.js';
import { documentation } from '../documentation.js';
import { readSettings } from '../settings.js';

export function docsCommand(): Command {
  return new Command('docs')
    .description('Print the API documentation as Markdown, for the settings in the environment.')
    .action(() => {
      const settings = readSettings();
      const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
      process.stdout.write(documentation(createCatalogue(scope, true), settings, {}));
    });
}
