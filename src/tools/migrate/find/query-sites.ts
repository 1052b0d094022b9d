import { member, type SourceMap, type SourceTree, textMember } from '../text/source-tree.js';
import type { FindingKind } from './finding.js';
import {
  type DataSources,
  dashboardVariables,
  defaultLanguage,
  languageOf,
  languageOfType,
  type QueryLanguage,
} from './query-language.js';

/** A query of a panel, variable or rule, with its place in the file. */
export interface QuerySite {
  readonly kind: Extract<FindingKind, 'dashboard' | 'rule' | 'alert'>;
  /** Owner, such as `panel "Incidents"`; empty if unnamed. */
  readonly owner: string;
  readonly query: string;
  readonly language: QueryLanguage;
  /** Offsets in the file, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** Keys that hold queries: Grafana, Prometheus rules, and tools that query Prometheus. */
const queryKeys: ReadonlySet<string> = new Set([
  'expr',
  'query',
  'definition',
  'expression',
  'seriesQuery',
  'metricsQuery',
  'promql',
]);
/** Variables whose `query` is a list of values or a data source. */
const valueVariables: ReadonlySet<string> = new Set([
  'custom',
  'constant',
  'textbox',
  'interval',
  'datasource',
  'adhoc',
]);

interface Context {
  readonly kind: QuerySite['kind'];
  readonly owner: string;
  readonly language: QueryLanguage;
  /** Keys above the node, outermost first. */
  readonly path: readonly string[];
}

/**
 * Queries of a document: dashboards of any schema version, rules, alert provisioning, and the series in unit tests of
 * rules, which must change with the rules.
 * @param isLoki Whether the file belongs to Loki, whose rules are LogQL.
 */
export function querySites(
  root: SourceTree,
  kind: 'dashboard' | 'rule',
  sources: DataSources,
  isLoki = false,
): readonly QuerySite[] {
  const sites: QuerySite[] = [];
  const variables = dashboardVariables(root);
  const walk = (node: SourceTree, outer: Context): void => {
    if (node.kind === 'list') for (const item of node.items) walk(item, outer);
    if (node.kind !== 'map') return;
    const context = { ...outer, ...ownerOf(node), language: nodeLanguage(node, sources, variables) ?? outer.language };
    for (const { key, value } of node.members) {
      const isTested = isTestedSeries(key, outer.path);
      if (value.kind === 'text' && (isTested || isQuery(key, node))) {
        const { kind: of, owner, language } = context;
        const { value: query, start, end } = value;
        sites.push({ kind: of, owner, query, start, end, language: isTested ? 'promql' : language });
      } else walk(value, { ...context, path: [...outer.path, key] });
    }
  };
  const language = isLoki ? 'other' : kind === 'dashboard' ? defaultLanguage(sources) : ruleLanguage(root);
  walk(root, { kind, owner: '', language, path: [] });
  return sites;
}

/** Operators' resources say whose rules they hold; a plain rule file may be Prometheus's or Loki's. */
function ruleLanguage(root: SourceTree): QueryLanguage {
  if (textMember(root, 'apiVersion')?.includes('loki')) return 'other';
  return textMember(root, 'kind') === 'PrometheusRule' ? 'promql' : 'unknown';
}

function isQuery(key: string, node: SourceMap): boolean {
  return queryKeys.has(key) && !(key === 'query' && valueVariables.has(textMember(node, 'type') ?? ''));
}

function isTestedSeries(key: string, path: readonly string[]): boolean {
  const parent = path.at(-1);
  return (key === 'series' && parent === 'input_series') || (key === 'labels' && parent === 'exp_samples');
}

/** Language that a node sets for the queries in it; undefined: as outside of it. */
function nodeLanguage(
  node: SourceMap,
  sources: DataSources,
  variables: ReadonlyMap<string, string>,
): QueryLanguage | undefined {
  const reference = member(node, 'datasource') ?? member(node, 'datasourceUid');
  if (reference !== undefined && reference.kind !== 'other') return languageOf(reference, sources, variables);
  // Dashboard schema v2: the query says its type.
  const [kind, group] = [textMember(node, 'kind'), textMember(node, 'group')];
  if (kind === 'DataQuery' && group !== undefined) return languageOfType(group);
  const isDataQuery = kind !== undefined && /^[a-z]/.test(kind) && member(node, 'spec') !== undefined;
  return isDataQuery ? languageOfType(kind) : undefined;
}

/** Kind and name of what a node is, if it owns queries. */
function ownerOf(node: SourceMap): Partial<Pick<Context, 'kind' | 'owner'>> {
  const [alert, record, title, name] = ['alert', 'record', 'title', 'name'].map((key) => textMember(node, key));
  const has = (key: string) => member(node, key) !== undefined;
  if (alert !== undefined) return { kind: 'alert', owner: `alert "${alert}"` };
  if (record !== undefined) return { kind: 'rule', owner: `rule "${record}"` };
  if (title !== undefined && member(node, 'data')?.kind === 'list') return { kind: 'alert', owner: `alert "${title}"` };
  if (title !== undefined && ['targets', 'gridPos', 'span', 'fieldConfig', 'vizConfig'].some(has)) {
    return { owner: `panel "${title}"` };
  }
  if (name === undefined) return {};
  if (has('datasource') && has('iconColor')) return { owner: `annotation "${name}"` };
  return has('hide') || has('options') || has('multi') ? { owner: `variable "${name}"` } : {};
}
