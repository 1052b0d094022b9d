import type { Catalogue } from './catalogue/compile.js';
import { routes } from './http/routes.js';
import { datasourceMetrics, stateMetrics, workerMetrics } from './own-metrics.js';
import { renderDocs } from './render/docs.js';
import { requestMetrics } from './request-metrics.js';
import type { Settings } from './settings.js';

/** Renders the API documentation of one installation as Markdown; `dropped` counts label sets over the series limit, by family. */
export function documentation(
  catalogue: Catalogue,
  settings: Pick<Settings, 'metricsPrefix' | 'metricsMarker'>,
  dropped: Readonly<Record<string, number>>,
): string {
  return renderDocs({
    catalogue,
    base: `${settings.metricsPrefix}/metrics`,
    routes,
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
