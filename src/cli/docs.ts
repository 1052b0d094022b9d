import { Command } from 'commander';
import { createCatalogue } from '../catalogue/index.js';
import { routes } from '../http/routes.js';
import { requestMetrics, stateMetrics } from '../own-metrics.js';
import { renderDocs } from '../render/docs.js';
import { readSettings } from '../settings.js';

export function docsCommand(): Command {
  return new Command('docs')
    .description('Print the API documentation as Markdown, for the settings in the environment.')
    .action(() => {
      const settings = readSettings();
      const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
      process.stdout.write(
        renderDocs({
          catalogue: createCatalogue(scope, true),
          base: `${settings.metricsPrefix}/metrics`,
          routes,
          ownFamilies: [...stateMetrics, ...Object.values(requestMetrics)],
          marker: settings.metricsMarker,
          dropped: {},
        }),
      );
    });
}
