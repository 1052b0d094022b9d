import type { Dashboard, DatasourceRef, Panel } from './dashboard-file.js';

/** Where a query goes: to a Prometheus, with what tells it from others of the dashboard, or elsewhere for a reason. */
export type ResolvedDatasource =
  | { readonly kind: 'prometheus'; readonly id: string }
  | { readonly kind: 'other'; readonly reason: string };

const other = (reason: string): ResolvedDatasource => ({ kind: 'other', reason });
const prometheus = (id: string): ResolvedDatasource => ({ kind: 'prometheus', id });

/** Datasources of Grafana itself. */
const builtIn: Readonly<Record<string, string>> = {
  '-- Grafana --': 'a query to Grafana itself',
  grafana: 'a query to Grafana itself',
  '-- Dashboard --': 'shows the result of another panel',
  '-- Library --': 'a library panel whose queries are not in this file',
  __expr__: 'an expression that Grafana computes from other queries',
};

/** Plugins whose query language is PromQL or MetricsQL. */
const prometheusPlugins = new Set([
  'prometheus',
  'grafana-amazonprometheus-datasource',
  'grafana-azureprometheus-datasource',
  'victoriametrics-datasource',
  'victoriametrics-metrics-datasource',
]);

/** The names that Grafana proposes for datasources of other types, with or without a number. */
const proposedName =
  /^(?:alertmanager|azure monitor|cloudwatch|elasticsearch|google cloud monitoring|graphite|influxdb|infinity|jaeger|loki|microsoft sql server|mssql|mysql|opensearch|opentsdb|parca|postgresql|pyroscope|tempo|testdata|testdata db|zipkin)(?:-\d+)?$/i;

/** Filters and parsers that only LogQL has. */
const logql =
  /\}\s*(?:\|[=~>]|!=\s*["`]|!~\s*["`]|\|\s*(?:json|logfmt|pattern|regexp|unpack|line_format|label_format|decolorize|drop|keep|unwrap)\b)/;

/**
 * Decides as Grafana does: the uid first, which may be a variable or an input of the export, then the type, else the default. A
 * name that nothing in the file explains is a Prometheus, unless Grafana proposes it for another type or its queries are LogQL.
 */
export function resolveDatasource(ref: DatasourceRef, dashboard: Dashboard): ResolvedDatasource {
  const { type, uid = '' } = typeof ref === 'string' ? { type: undefined, uid: ref } : (ref ?? {});
  const internal = builtIn[uid] ?? (type === '__expr__' || type === 'grafana' ? builtIn[type] : undefined);
  if (internal !== undefined) return other(internal);
  const name = /^(?:\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\])$/.exec(uid)?.slice(1).find(Boolean);
  const variable = dashboard.templating.list.find((one) => one.type === 'datasource' && one.name === name);
  const input = dashboard.__inputs.find((one) => one.name === name);
  const plugin = typeof variable?.query === 'string' ? variable.query : input?.pluginId;
  const chosen = [variable?.current?.value ?? []].flat()[0] ?? uid;
  if (plugin !== undefined) return ofPlugin(plugin, chosen);
  if (type !== undefined && type !== 'datasource') return ofPlugin(type, uid);
  if (uid === '' || uid === 'default' || uid === '-- Mixed --') return prometheus('default');
  return proposedName.test(uid) || isLogSource(uid, dashboard) ? other(`datasource ${uid}`) : prometheus(uid);
}

function ofPlugin(plugin: string, id: string): ResolvedDatasource {
  return prometheusPlugins.has(plugin) ? prometheus(id) : other(`datasource of type ${plugin}`);
}

/** Whether any query of the dashboard to the datasource of this name is LogQL. */
function isLogSource(name: string, { panels }: Dashboard): boolean {
  const asks = (panel: Panel): boolean =>
    panel.panels.some(asks) ||
    panel.targets.some(
      ({ expr, datasource }) =>
        [datasource, panel.datasource].includes(name) && (panel.type === 'logs' || logql.test(expr ?? '')),
    );
  return panels.some(asks);
}
