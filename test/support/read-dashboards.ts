import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Dashboard, withAllPanels } from './grafana-queries.js';

const deploy = new URL('../../deploy/grafana/', import.meta.url);

/** The dashboards as they are committed. */
export function readDashboards(): readonly Dashboard[] {
  const folder = new URL('dashboards/', deploy);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => withAllPanels(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Dashboard));
}

/** What the committed alerts ask before they compare, by the alert's name. */
export function readAlertQueries(): Readonly<Record<string, string>> {
  const text = readFileSync(new URL('provisioning/alerting/gatewayz.yml', deploy), 'utf8');
  const { groups } = parse(text) as {
    groups: { rules: { title: string; data: [{ model: { expr: string } }] }[] }[];
  };
  return Object.fromEntries(groups.flatMap(({ rules }) => rules.map(({ title, data }) => [title, data[0].model.expr])));
}
