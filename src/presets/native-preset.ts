import {
  type EndpointDefinition,
  type FamilyDefinition,
  plainRow,
  type RowDefinition,
  type SeriesLimitDefinition,
  type SummaryField,
} from '../catalogue/definition.js';
import { summaryFields } from './gatewayz/summary.js';
import { histogramRow } from './histogram-row.js';
import type { Preset } from './preset.js';

/** A family that keeps the name and labels of its gateway. */
export interface NativeFamily {
  readonly endpoint: string;
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Default: the sum by the labels. Histograms take no text. */
  readonly promql?: string;
}

/** What a preset of another gateway says, as plain text. */
export interface NativePreset {
  readonly name: string;
  readonly title: string;
  readonly signatures: readonly string[];
  readonly spellings?: Preset['spellings'];
  /** By `section.field`: PromQL. Fields that are not here are not exported by the gateway. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields and families whose metrics other programs export too: METRICS_SELECTOR must narrow them to a job. */
  readonly needsJob?: readonly string[];
  readonly families: readonly NativeFamily[];
  /** Label that the families of `/models` share: the series limit selects its busiest values. */
  readonly modelLabel: string;
  /** Counter that ranks them. */
  readonly ranking: string;
}

export const nativeEndpoints: readonly EndpointDefinition[] = [
  { name: 'system', help: 'Requests to the gateway.' },
  { name: 'providers', help: 'Health of the providers.' },
  { name: 'models', help: 'Performance and usage by model.' },
  { name: 'business', help: 'Consumption and budgets.' },
  { name: 'performance', help: 'Latency and cache.' },
];

type FieldHeader = Pick<SummaryField, 'section' | 'field' | 'unit' | 'help'>;

/** Fields beyond the 23; they stand where a preset has them. */
const extraFields: readonly FieldHeader[] = [
  ...[
    ['http_p95_ms', '95th percentile of the HTTP request duration over the last 5 minutes.'],
    ['inference_p95_ms', '95th percentile of the inference duration over the last 5 minutes.'],
    ['first_token_p95_ms', '95th percentile of the time to the first token over the last 5 minutes.'],
    ['inter_token_p95_ms', '95th percentile of the time between tokens over the last 5 minutes.'],
    ['queue_ms', 'Mean time that requests wait in a queue, over the last 5 minutes.'],
  ].map(([field = '', help = '']) => ({ section: 'latency', field, unit: 'milliseconds', help })),
  {
    section: 'engine',
    field: 'requests_running',
    unit: 'requests',
    help: 'Current number of requests being computed.',
  },
  { section: 'engine', field: 'requests_waiting', unit: 'requests', help: 'Current number of requests in the queue.' },
  { section: 'engine', field: 'kv_cache_usage', unit: 'ratio', help: 'Highest KV cache usage of an engine, 0 to 1.' },
  { section: 'budget', field: 'lowest_remaining_ratio', unit: 'ratio', help: 'Lowest remaining share of a budget.' },
  { section: 'budget', field: 'exhausted', unit: 'budgets', help: 'Current number of exhausted budgets.' },
];

/** Help texts of GatewayZ that speak of its own metrics, for all gateways. */
const helps: Readonly<Record<string, string>> = {
  'models.total_inference_requests': 'Total number of inference requests, attempts included.',
  'database.total_queries': 'Total number of database queries.',
  'business.active_api_keys': 'Number of API keys used in the last hour.',
};

/** Makes the preset of another gateway: every row is its own query. */
export function nativePreset(native: NativePreset): Preset {
  const { name, title, signatures, spellings, fields, needsJob = [], families } = native;
  const all = [...summaryFields, ...extraFields];
  const exported = all.filter((header) => fields[nameOf(header)] !== undefined);
  const rows = exported.map((header): RowDefinition => {
    const id = nameOf(header);
    const row = plainRow(id, fields[id]!, /\brate\(/.test(fields[id]!) ? idleOf(header) : undefined);
    return { ...row, ...(needsJob.includes(id) && { needsJob: true }) };
  });
  return {
    name,
    title,
    signatures,
    ...(spellings && { spellings }),
    endpoints: nativeEndpoints,
    tables: [{ file: `presets/${name}.ts`, families: families.map((family) => familyOf(family, needsJob)), rows }],
    fields: exported.map((header) => ({
      section: header.section,
      field: header.field,
      unit: header.unit,
      help: helps[nameOf(header)] ?? header.help,
      row: nameOf(header),
      ...(extraFields.includes(header) && { extra: true }),
    })),
    notExported: summaryFields
      .filter((header) => fields[nameOf(header)] === undefined)
      .map(({ section, field }) => ({ section, field, gateway: title })),
    seriesLimits: seriesLimits(native),
    rankings: {},
    recordedBlocks: [],
  };
}

function nameOf({ section, field }: Pick<SummaryField, 'section' | 'field'>): string {
  return `${section}.${field}`;
}

function idleOf({ section }: FieldHeader): string {
  return section === 'database' ? 'no database queries or cache lookups' : 'no requests';
}

function familyOf(
  { endpoint, name, type, help, labels, promql }: NativeFamily,
  needsJob: readonly string[],
): FamilyDefinition {
  const row = type === 'histogram' ? histogramOf(name, labels) : plainRow(name, promql ?? sumBy(labels, name));
  return {
    endpoint,
    name,
    type,
    help,
    unit: '',
    labels,
    row: needsJob.includes(name) ? { ...row, needsJob: true } : row,
  };
}

function sumBy(labels: readonly string[], series: string): string {
  return labels.length === 0 ? `sum(${series})` : `sum by (${labels.join(', ')}) (${series})`;
}

function histogramOf(name: string, labels: readonly string[]): RowDefinition {
  return histogramRow(name, labels, {
    buckets: sumBy([...labels, 'le'], `${name}_bucket`),
    bucketBounds: `count by (le) (${name}_bucket)`,
    sums: sumBy(labels, `${name}_sum`),
  });
}

/** One limit for the families with the model label. */
function seriesLimits({ families, modelLabel, ranking }: NativePreset): readonly SeriesLimitDefinition[] {
  const limited = families.filter(({ labels }) => labels.includes(modelLabel));
  if (limited.length === 0) return [];
  const counted = ({ name, type }: NativeFamily): string => (type === 'histogram' ? `${name}_bucket{le="+Inf"}` : name);
  const counts = limited.map((family): [string, string] => [
    family.name,
    `count(${labelSets(family.labels, counted(family))})`,
  ]);
  return [
    {
      labels: [modelLabel],
      blocks: limited.flatMap((family) => {
        const { name, type, labels, promql } = family;
        return type === 'histogram'
          ? [sumBy([...labels, 'le'], `${name}_bucket`), sumBy(labels, `${name}_sum`)]
          : [promql ?? sumBy(labels, name)];
      }),
      counts: Object.fromEntries(counts),
      perSelection: `max(${limited
        .map((family) => `count by (${modelLabel}) (${labelSets(family.labels, counted(family))})`)
        .join(' or ')})`,
      ranking: [
        `sum by (${modelLabel}) (increase(${ranking}[1h]))`,
        ...limited.map((family) => `0 * sum by (${modelLabel}) (${counted(family)})`),
      ].join(' or '),
    },
  ];
}

function labelSets(labels: readonly string[], series: string): string {
  return `count by (${labels.join(', ')}) (${series})`;
}
