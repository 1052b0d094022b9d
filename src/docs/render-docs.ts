import type { Catalogue } from '../catalogue/compile.js';
import type { OutputFamily } from '../catalogue/definition.js';
import { missingCodes } from '../catalogue/missing-reasons.js';
import { type ErrorCode, errorCodes, responseCodes } from '../errors.js';
import { code, escapeText, prose, table } from './markdown.js';

/** Input of the API documentation for one installation. */
export interface DocsContext {
  readonly catalogue: Catalogue;
  /** Path before every endpoint: `<prefix>/metrics`. */
  readonly base: string;
  readonly routes: readonly { readonly path: string; readonly kind: string; readonly help: string }[];
  readonly ownFamilies: readonly DescribedFamily[];
  readonly marker: { readonly label: string; readonly value: string } | undefined;
  /** Label sets over the series limit, by family. */
  readonly dropped: Readonly<Record<string, number>>;
}

type DescribedFamily = Pick<OutputFamily, 'name' | 'type' | 'labels' | 'help'>;

/** Renders the API documentation as Markdown, from the same tables as the endpoints. */
export function renderDocs(context: DocsContext): string {
  const { catalogue } = context;
  const health = (catalogue.families['all'] ?? []).filter((family) => !catalogue.rows.has(family.row));
  const sections = [
    `# Metrics API\n\n${table(
      ['path', 'content'],
      context.routes.map(({ path, help }) => [code(context.base + path), prose(help)]),
    )}`,
    `## Rules\n\n${rules(context)}`,
    overLimit(context.dropped),
    `## Fields of /summary\n\n${summaryNote}\n${fieldTable(catalogue)}`,
    ...catalogue.endpoints.map(({ name }) => familySection(`/${name}`, catalogue.families[name] ?? [])),
    familySection('the Health Service', health),
    familySection('gatewayz-metrics itself', context.ownFamilies),
    `## Reasons\n\nCodes in \`reasons\` of /summary. A failed query has the code of its error.\n\n${table(
      ['code', 'meaning'],
      Object.entries(missingCodes).map(([name, meaning]) => [code(name), prose(meaning)]),
    )}`,
    `## Errors\n\nReturned by the endpoints:\n\n${errorTable(responseCodes)}`,
    `In logs, exceptions and on the command line:\n\n${errorTable(otherCodes)}`,
    `## Canonical PromQL\n\nThe definition of each value. Every expression can be pasted into Prometheus.\n`,
    ...[...catalogue.rows.values()].map(
      ({ id, promql }) => `### ${code(id)}\n\n${Object.entries(promql).map(part).join('\n')}`,
    ),
  ];
  return sections.filter((section) => section !== '').join('\n');
}

const otherCodes = (Object.keys(errorCodes) as ErrorCode[]).filter((name) => !responseCodes.includes(name));

function errorTable(codes: readonly ErrorCode[]): string {
  return table(
    ['code', 'status', 'meaning'],
    codes.map((name) => [code(name), String(errorCodes[name].status), prose(errorCodes[name].meaning)]),
  );
}

const summaryNote =
  'Values are strings in the format of Prometheus, or `"N/A"` with the reason in `missing`. `stale` has the age in seconds of cached values. With `?values=number`, values are numbers or `null`.\n';

function rules({ marker, base }: DocsContext): string {
  const lines = [
    'All values of a response share one evaluation timestamp; `Age` and `age_seconds` are measured from it.',
    'Counters and histograms are summed over instances at query time, so they are not monotonic. Apply `rate()` to the source series, not to these.',
    'When a query fails, its last good value is served with its age until `METRICS_STALE_LIMIT`, then removed. Missing data is never reported as zero.',
    'The text format is Prometheus exposition format 0.0.4, or OpenMetrics 1.0.0 with `Accept: application/openmetrics-text; version=1.0.0`.',
    marker
      ? `Samples carry the label ${code(`${marker.label}="${marker.value}"`)}, except on ${code(base)}; gatewayz-metrics excludes such series from all of its queries. Your own queries do not, so do not scrape ${code(`${base}/all`)} into its own source Prometheus.`
      : `The marker label is off: never scrape ${code(`${base}/all`)} into its own source Prometheus.`,
  ];
  return lines.map((line) => `- ${line}\n`).join('');
}

function overLimit(dropped: Readonly<Record<string, number>>): string {
  const lines = Object.entries(dropped).map(([family, count]) => `- ${code(family)}: ${count} label sets\n`);
  return lines.length === 0 ? '' : `## Series over METRICS_MAX_SERIES\n\n${lines.join('')}`;
}

function fieldTable({ fields }: Catalogue): string {
  return table(
    ['field', 'unit', 'meaning'],
    fields.map(({ section, field, unit, help }) => [code(`${section}.${field}`), escapeText(unit), prose(help)]),
  );
}

function familySection(title: string, families: readonly DescribedFamily[]): string {
  if (families.length === 0) return '';
  const rows = families.map(({ name, type, labels, help }) => [
    code(name),
    type,
    labels.map(code).join(' '),
    prose(help),
  ]);
  return `## Families of ${title}\n\n${table(['family', 'type', 'labels', 'meaning'], rows)}`;
}

function part([name, promql]: [string, string]): string {
  const fence = '`'.repeat(Math.max(3, ...(promql.match(/`+/g) ?? []).map((run) => run.length + 1)));
  return `${name === 'value' ? '' : `${code(name)}:\n\n`}${fence}promql\n${promql}\n${fence}\n`;
}
