import { type Dashboard, parseDashboard } from './dashboard-file.js';
import { isObject, type JsonObject, objectsIn } from './json-object.js';
import { fromSchemaV2 } from './schema-v2.js';

/** The API group of dashboards as resources, such as `dashboard.grafana.app/v1beta1`. */
export const resourceGroup = 'dashboard.grafana.app/';

/**
 * The dashboards in a document: classic JSON of any schema version, also as the HTTP API wraps it, and resources of v0 to v2.
 * Empty where the document is something else.
 */
export function dashboardsIn(document: unknown): readonly Dashboard[] {
  if (!isObject(document)) return [];
  const { apiVersion, kind, spec, items, dashboard } = document;
  if (typeof kind === 'string' && kind.endsWith('List')) return objectsIn(items).flatMap(dashboardsIn);
  if (typeof apiVersion === 'string' && apiVersion.startsWith(resourceGroup) && isObject(spec)) {
    return [isSchemaV2(spec) ? parseDashboard(fromSchemaV2(spec)) : parseDashboard(spec)];
  }
  if (isObject(dashboard)) return dashboardsIn(dashboard);
  if (isSchemaV2(document)) return [parseDashboard(fromSchemaV2(document))];
  return isClassic(document) ? [parseDashboard(document)] : [];
}

function isSchemaV2({ elements, layout }: JsonObject): boolean {
  return isObject(elements) && isObject(layout);
}

/** Other JSON has panels, rows and titles too, but no panel with queries. */
function isClassic(document: JsonObject): boolean {
  if (['schemaVersion', 'templating', 'annotations'].some((key) => key in document)) return true;
  const rows = objectsIn(document['rows']);
  const panels = [...objectsIn(document['panels']), ...rows.flatMap((row) => objectsIn(row['panels']))];
  return panels.some((panel) => Array.isArray(panel['targets']) || 'gridPos' in panel);
}
