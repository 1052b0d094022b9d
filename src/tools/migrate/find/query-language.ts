import { member, type SourceTree, textMember } from '../text/source-tree.js';

/** Whether a query is PromQL; `unknown` where its data source is not known. */
export type QueryLanguage = 'promql' | 'other' | 'unknown';

/** Provisioned Grafana data sources. */
export interface DataSources {
  /** Name or uid → type. */
  readonly types: ReadonlyMap<string, string>;
  readonly defaultType: string | undefined;
}

/** Data sources that a Grafana provisioning file defines. */
export function dataSourcesIn(value: unknown): DataSources {
  const types = new Map<string, string>();
  let defaultType: string | undefined;
  const list: unknown = typeof value === 'object' && value !== null && 'datasources' in value ? value.datasources : [];
  for (const source of Array.isArray(list) ? (list as readonly unknown[]) : []) {
    if (typeof source !== 'object' || source === null) continue;
    const { name, uid, type, isDefault } = source as Readonly<Record<string, unknown>>;
    if (typeof type !== 'string') continue;
    for (const key of [name, uid]) if (typeof key === 'string') types.set(key, type);
    if (isDefault === true) defaultType = type;
  }
  return { types, defaultType };
}

/** Types that hold data sources of other types, or none. */
const mixedTypes: ReadonlySet<string> = new Set(['datasource', 'mixed', 'grafana', '-- Mixed --', '-- Grafana --']);

export function languageOfType(type: string): QueryLanguage {
  if (mixedTypes.has(type)) return 'unknown';
  return /prometheus|victoriametrics-(?:metrics-)?datasource/i.test(type) ? 'promql' : 'other';
}

/** Types of the data source variables and inputs that a dashboard defines, by name. */
export function dashboardVariables(root: SourceTree): ReadonlyMap<string, string> {
  const types = new Map<string, string>();
  const visit = (node: SourceTree): void => {
    if (node.kind === 'list') for (const item of node.items) visit(item);
    if (node.kind !== 'map') return;
    const name = textMember(node, 'name');
    const type = textMember(node, 'type') === 'datasource' ? textMember(node, 'query') : undefined;
    const known = textMember(node, 'pluginId') ?? type;
    if (name !== undefined && known !== undefined) types.set(name, known);
    for (const { value } of node.members) visit(value);
  };
  visit(root);
  return types;
}

/** Language of the queries of a data source reference: a name, a uid, or an object with type and uid. */
export function languageOf(
  reference: SourceTree,
  sources: DataSources,
  variables: ReadonlyMap<string, string>,
): QueryLanguage {
  if (reference.kind === 'text') return languageOfName(reference.value, sources, variables);
  const type = textMember(reference, 'type');
  if (type !== undefined && !mixedTypes.has(type)) return languageOfType(type);
  const uid = member(reference, 'uid') ?? member(reference, 'name');
  return uid?.kind === 'text' ? languageOfName(uid.value, sources, variables) : defaultLanguage(sources);
}

export function defaultLanguage({ defaultType }: DataSources): QueryLanguage {
  return defaultType === undefined ? 'unknown' : languageOfType(defaultType);
}

function languageOfName(name: string, sources: DataSources, variables: ReadonlyMap<string, string>): QueryLanguage {
  if (name === 'default' || name === '') return defaultLanguage(sources);
  const variable = /^(?:\$\{(\w+)(?::\w+)?\}|\$(\w+)|\[\[(\w+)\]\])$/.exec(name)?.slice(1).find(Boolean);
  const type = variable === undefined ? sources.types.get(name) : variables.get(variable);
  // A data source variable without a type here may list any; an unprovisioned name may be anything.
  return type === undefined ? 'unknown' : languageOfType(type);
}
