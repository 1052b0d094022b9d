import type { Catalogue } from './catalogue/compile.js';
import { renderDocs } from './docs/render-docs.js';
import { createRoutes } from './http/routes.js';
import { datasourceMetrics, stateMetrics, workerMetrics } from './own-metrics.js';
import { requestMetrics } from './request-metrics.js';
import type { Settings } from './settings/read-settings.js';

/** Renders the API documentation of one installation as Markdown; `dropped` counts label sets over the series limit, by family. */
export function documentation(
  catalogue: Catalogue,
  settings: Pick<Settings, 'metricsPrefix' | 'metricsMarker'>,
  dropped: Readonly<Record<string, number>>,
): string {
  return renderDocs({
    catalogue,
    base: `${settings.metricsPrefix}/metrics`,
    routes: createRoutes(catalogue.endpoints),
    ownFamilies: [
      ...stateMetrics,
      ...Object.values(workerMetrics),
      ...Object.values(requestMetrics),
      ...Object.values(datasourceMetrics),
    ],
    marker: settings.metricsMarker,
    dropped,
  });
}
