import { readFileSync } from 'node:fs';
import type { Catalogue } from './catalogue/compile.js';
import { describeCatalogue } from './docs/describe-catalogue.js';
import { openApi } from './docs/open-api.js';
import { type DocsContext, renderDocs } from './docs/render-docs.js';
import { renderHtml } from './docs/render-html.js';
import type { DocsForm } from './http/negotiate.js';
import { createRoutes } from './http/routes.js';
import { datasourceMetrics, stateMetrics, workerMetrics } from './own-metrics.js';
import { requestMetrics } from './request-metrics.js';
import type { Settings } from './settings/read-settings.js';

type DocsSettings = Pick<Settings, 'metricsPrefix' | 'metricsMarker'>;

/** Renders the API documentation of one installation as Markdown; `dropped` counts label sets over the series limit, by family. */
export function documentation(
  catalogue: Catalogue,
  settings: DocsSettings,
  dropped: Readonly<Record<string, number>>,
): string {
  return renderDocs(contextOf(catalogue, settings, dropped));
}

/** Renders the API documentation in one of its forms. */
export function documentationAs(
  form: DocsForm,
  catalogue: Catalogue,
  settings: DocsSettings,
  dropped: Readonly<Record<string, number>>,
): string | Promise<string> {
  const context = contextOf(catalogue, settings, dropped);
  switch (form) {
    case 'markdown':
      return renderDocs(context);
    case 'html':
      return renderHtml(renderDocs(context));
    case 'json':
      return `${JSON.stringify(describeCatalogue(context))}\n`;
    case 'openapi':
      return `${JSON.stringify(openApi({ ...context, version: packageVersion() }))}\n`;
  }
}

function contextOf(
  catalogue: Catalogue,
  settings: DocsSettings,
  dropped: Readonly<Record<string, number>>,
): DocsContext {
  return {
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
  };
}

/** In a bundle there is no manifest beside the code. */
function packageVersion(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0';
  } catch {
    return '0';
  }
}
