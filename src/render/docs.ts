import type { Catalogue, OutputFamily } from '../catalogue/compile.js';
import { familyEndpoints } from '../catalogue/row.js';
import { answeredCodes, type ErrorCode, errorCodes } from '../errors.js';
import { code, escapeText, table } from './markdown.js';

/** What the documentation tells about one installation. */
export interface DocsContext {
  readonly catalogue: Catalogue;
  /** Path before every endpoint: `<prefix>/metrics`. */
  readonly base: string;
  readonly routes: readonly { readonly path: string; readonly help: string }[];
  readonly ownFamilies: readonly DescribedFamily[];
  readonly marker: { readonly label: string; readonly value: string } | undefined;
  /** Label sets left out by the series cap, by family. */
  readonly dropped: Readonly<Record<string, number>>;
}

type DescribedFamily = Pick<OutputFamily, 'name' | 'type' | 'labels' | 'help'>;

/** The API documentation as Markdown, from the same tables that the endpoints are made of. */
export function renderDocs(context: DocsContext): string {
  const { catalogue } = context;
  const health = (catalogue.families['all'] ?? []).filter((family) => !catalogue.rows.has(family.row));
  const sections = [
    `# Metrics API\n\n${table(
      ['path', 'what'],
      context.routes.map(({ path, help }) => [code(context.base + path), escapeText(help)]),
    )}`,
    `## Rules\n\n${rules(context)}`,
    leftOut(context.dropped),
    `## Fields of /summary\n\n${summaryNote}\n${fieldTable(catalogue)}`,
    ...familyEndpoints.map((endpoint) => familySection(`/${endpoint}`, catalogue.families[endpoint] ?? [])),
    familySection('the Health Service', health),
    familySection('our own metrics', context.ownFamilies),
    `## Errors\n\nWhat the endpoints answer with:\n\n${errorTable(answeredCodes)}`,
    `What stands in logs, exceptions and on the command line:\n\n${errorTable(otherCodes)}`,
    `## Canonical PromQL\n\nWhat each value means; every text can be pasted into Prometheus.\n`,
    ...[...catalogue.rows.values()].map(
      ({ id, promql }) => `### ${code(id)}\n\n${Object.entries(promql).map(part).join('\n')}`,
    ),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

const otherCodes = (Object.keys(errorCodes) as ErrorCode[]).filter((name) => !answeredCodes.includes(name));

function errorTable(codes: readonly ErrorCode[]): string {
  return table(
    ['code', 'status', 'meaning'],
    codes.map((name) => [code(name), String(errorCodes[name].status), escapeText(errorCodes[name].meaning)]),
  );
}

const summaryNote =
  'Values are strings, as Prometheus gives them; `"N/A"` where there is none, and `missing` says why. `stale` gives the age in seconds of values that were kept. With `?values=number`, values are numbers or `null`.\n';

function rules({ marker, base }: DocsContext): string {
  const lines = [
    'All values of an answer come from one evaluation instant; `Age` and `age_seconds` count from it.',
    'Counters and histograms are sums over instances at that instant: they fall when an instance goes. Take rates from the source, not from here.',
    'What cannot be asked keeps its last value, named with its age, until `METRICS_STALE_LIMIT`; then it goes. Nothing is ever replaced by zero.',
    'Text is exposition format 0.0.4, or OpenMetrics 1.0.0 with `Accept: application/openmetrics-text; version=1.0.0`.',
    marker
      ? `Samples carry ${code(`${marker.label}="${marker.value}"`)}, except on ${code(base)}; every question we ask leaves such series out. Your own queries do not: do not scrape ${code(`${base}/all`)} into the Prometheus it comes from.`
      : `The marker label is off: never scrape ${code(`${base}/all`)} into the Prometheus it comes from.`,
  ];
  return lines.map((line) => `- ${line}\n`).join('');
}

function leftOut(dropped: Readonly<Record<string, number>>): string {
  const lines = Object.entries(dropped).map(([family, count]) => `- ${code(family)}: ${count} label sets\n`);
  return lines.length === 0 ? '' : `## Left out at present by METRICS_MAX_SERIES\n\n${lines.join('')}`;
}

function fieldTable({ fields }: Catalogue): string {
  return table(
    ['field', 'unit', 'meaning'],
    fields.map(({ section, field, unit, help }) => [code(`${section}.${field}`), escapeText(unit), escapeText(help)]),
  );
}

function familySection(title: string, families: readonly DescribedFamily[]): string {
  if (families.length === 0) return '';
  const rows = families.map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(' '),
    escapeText(help),
  ]);
  return `## Families of ${title}\n\n${table(['family', 'type', 'labels', 'meaning'], rows)}`;
}

function part([name, promql]: [string, string]): string {
  const fence = '`'.repeat(Math.max(3, ...(promql.match(/`+/g) ?? []).map((run) => run.length + 1)));
  return `${name === 'value' ? '' : `${code(name)}:\n\n`}${fence}promql\n${promql}\n${fence}\n`;
}
