import { isScalar } from 'yaml';
import type { JsonNode } from '../text/json-source.js';
import type { YamlSource } from '../text/yaml-source.js';
import { type Path, valueAt, walkYaml } from '../text/yaml-walk.js';
import { isFields } from './compose-service.js';
import type { FindingKind } from './finding.js';

/** A query of a panel, variable or rule, with its place in the file. */
export interface QuerySite {
  readonly kind: Extract<FindingKind, 'dashboard' | 'rule' | 'alert'>;
  /** Owner, such as `panel "Incidents"`; empty if unnamed. */
  readonly owner: string;
  readonly query: string;
  /** Offsets in the file, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** Keys that hold queries in Grafana's JSON. */
const queryKeys: ReadonlySet<string> = new Set(['expr', 'query', 'definition', 'expression']);

/** Queries of a dashboard of any schema version: panels, rows, variables, annotations. */
export function dashboardQueries(root: JsonNode): readonly QuerySite[] {
  const sites: QuerySite[] = [];
  const walk = (node: JsonNode, owner: string): void => {
    if (node.kind === 'array') for (const item of node.items) walk(item, owner);
    if (node.kind !== 'object' || isOtherDatasource(node)) return;
    const named = ownerOf(node) ?? owner;
    for (const { key, value } of node.members) {
      if (value.kind === 'string' && queryKeys.has(key)) {
        sites.push({ kind: 'dashboard', owner: named, query: value.value, start: value.start, end: value.end });
      } else walk(value, named);
    }
  };
  walk(root, '');
  return sites;
}

/** Whether a panel or target uses a data source other than Prometheus; its queries are not PromQL. */
function isOtherDatasource(node: Extract<JsonNode, { kind: 'object' }>): boolean {
  const datasource = node.members.find(({ key }) => key === 'datasource')?.value;
  if (datasource?.kind !== 'object') return false;
  const type = datasource.members.find(({ key }) => key === 'type')?.value;
  return type?.kind === 'string' && /loki|tempo|pyroscope|elastic|sql|infinity|json/i.test(type.value);
}

function ownerOf(node: Extract<JsonNode, { kind: 'object' }>): string | undefined {
  const text = (key: string) => {
    const value = node.members.find((member) => member.key === key)?.value;
    return value?.kind === 'string' ? value.value : undefined;
  };
  const has = (key: string) => node.members.some((member) => member.key === key);
  const title = text('title');
  const isPanel = ['targets', 'gridPos', 'span', 'fieldConfig', 'vizConfig'].some(has);
  if (title !== undefined && isPanel) return `panel "${title}"`;
  const name = text('name');
  if (name === undefined) return undefined;
  if (has('datasource') && has('iconColor')) return `annotation "${name}"`;
  return has('hide') || has('options') || has('multi') ? `variable "${name}"` : undefined;
}

/**
 * Queries of a rule file (Prometheus or Grafana provisioning, also nested in another resource), and the series in unit
 * tests of rules, which must change with the rules.
 */
export function ruleQueries(source: YamlSource): readonly QuerySite[] {
  return source.documents.flatMap(({ node: root, value }) =>
    [...walkYaml(root)].flatMap(({ node, path }) => {
      if (!isQuery(path) || !isScalar(node) || typeof node.value !== 'string') return [];
      const [start, end] = node.range;
      return [{ ...ruleOf(value, path), query: node.value, start, end }];
    }),
  );
}

function isQuery(path: Path): boolean {
  const key = path.at(-1);
  const isTested =
    (key === 'series' && path.at(-3) === 'input_series') || (key === 'labels' && path.at(-3) === 'exp_samples');
  return key === 'expr' || isTested;
}

/** Kind and name of the innermost rule around a query. */
function ruleOf(value: unknown, path: Path): Pick<QuerySite, 'kind' | 'owner'> {
  for (let length = path.length - 1; length > 0; length -= 1) {
    const rule = valueAt(value, path.slice(0, length));
    if (!isFields(rule)) continue;
    if (typeof rule['alert'] === 'string') return { kind: 'alert', owner: `alert "${rule['alert']}"` };
    if (typeof rule['record'] === 'string') return { kind: 'rule', owner: `rule "${rule['record']}"` };
    if (typeof rule['title'] === 'string' && Array.isArray(rule['data']))
      return { kind: 'alert', owner: `alert "${rule['title']}"` };
  }
  return { kind: 'rule', owner: '' };
}
