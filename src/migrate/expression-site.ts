import { isScalar } from 'yaml';
import { isFields } from './compose-service.js';
import type { FindingKind } from './finding.js';
import type { JsonNode } from './json-source.js';
import type { YamlSource } from './yaml-source.js';
import { type Path, valueAt, walkYaml } from './yaml-walk.js';

/** A query in a file: a panel's, a variable's, a rule's. */
export interface ExpressionSite {
  readonly kind: Extract<FindingKind, 'dashboard' | 'rule' | 'alert'>;
  /** What it belongs to, as in `panel "Incidents"`; empty where nothing has a name. */
  readonly owner: string;
  readonly query: string;
  /** Where it stands, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** Keys under which Grafana keeps queries. */
const queryKeys: ReadonlySet<string> = new Set(['expr', 'query', 'definition', 'expression']);

/** The queries of a dashboard, in whatever nesting its schema version has: panels, rows, variables, annotations. */
export function jsonSites(root: JsonNode): readonly ExpressionSite[] {
  const sites: ExpressionSite[] = [];
  const walk = (node: JsonNode, owner: string): void => {
    if (node.kind === 'array') for (const item of node.items) walk(item, owner);
    if (node.kind !== 'object' || speaksOtherLanguage(node)) return;
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

/** A panel or target of Loki, Tempo and others: its queries are not PromQL, however much they look like it. */
function speaksOtherLanguage(node: Extract<JsonNode, { kind: 'object' }>): boolean {
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
 * The queries of a rule file: Prometheus, Loki's ruler or Grafana's provisioning, alone or inside of another resource; and
 * the series that the unit tests of rules are fed with and expect, which have to change with the rules.
 */
export function yamlSites(source: YamlSource): readonly ExpressionSite[] {
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

/** The innermost thing around the query that is a rule. */
function ruleOf(value: unknown, path: Path): Pick<ExpressionSite, 'kind' | 'owner'> {
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
