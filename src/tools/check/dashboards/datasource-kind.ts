import type { Dashboard, DatasourceRef } from './dashboard-file.js';

/** Whether a query is for Prometheus, or why it is left alone. */
export type DatasourceKind = { readonly kind: 'prometheus' } | { readonly kind: 'other'; readonly reason: string };

const prometheus: DatasourceKind = { kind: 'prometheus' };
const other = (reason: string): DatasourceKind => ({ kind: 'other', reason });

/** What Grafana answers by itself. */
const internal: Readonly<Record<string, string>> = {
  '-- Grafana --': 'Grafana answers it by itself',
  grafana: 'Grafana answers it by itself',
  '-- Dashboard --': 'it shows what another panel asks',
  '-- Mixed --': 'it names no datasource of its own',
  '-- Library --': 'a library panel: its queries are not in this file',
  __expr__: 'Grafana computes it from other queries',
};

/** Words in the names that people give datasources of other types. */
const otherNames =
  /loki|tempo|jaeger|zipkin|pyroscope|parca|influx|graphite|elastic|opensearch|sql|postgres|cloudwatch|stackdriver|azure|json|infinity|testdata|csv|splunk|snowflake|bigquery|sentry|github|alertmanager/i;

/**
 * Dashboards of older schemas name their datasource and do not tell its type: variables and inputs of an export do, otherwise
 * the name has to.
 */
export function datasourceKind(
  ref: DatasourceRef,
  { templating, __inputs: inputs }: Pick<Dashboard, 'templating' | '__inputs'>,
): DatasourceKind {
  if (ref === undefined || ref === null) return prometheus;
  const { type, uid } = typeof ref === 'string' ? { type: undefined, uid: ref } : ref;
  const known = uid === undefined ? undefined : internal[uid];
  if (known !== undefined) return other(known);
  if (type !== undefined) return ofType(type);
  if (uid === undefined || uid === '' || uid === 'default') return prometheus;

  const name = /^(?:\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\])$/.exec(uid)?.slice(1).find(Boolean);
  const variable = templating.list.find((candidate) => candidate.type === 'datasource' && candidate.name === name);
  const plugin =
    typeof variable?.query === 'string' ? variable.query : inputs.find((input) => input.name === name)?.pluginId;
  if (plugin !== undefined) return ofType(plugin);
  if (/prom/i.test(uid) || !otherNames.test(uid)) return prometheus;
  return other(`datasource ${uid}`);
}

function ofType(type: string): DatasourceKind {
  return type.includes('prometheus') ? prometheus : other(`datasource of type ${type}`);
}
