import { degradedErrorRate, downErrorRate } from '../../../catalogue/thresholds.js';
import type { SummaryDocument, UnavailableDocument } from '../../../render/summary.js';
import { type Color, formatField, formatNumber } from './format-field.js';
import { sparkline } from './sparkline.js';

/** A provider as the screen shows it. */
export interface ProviderLine {
  readonly name: string;
  /** Ratio, 0 to 1. */
  readonly errorRate: number | undefined;
  readonly responseSeconds: number | undefined;
  readonly down: boolean;
}

export interface ScreenState {
  readonly summary: SummaryDocument | UnavailableDocument;
  /** Label and URL, most important first. */
  readonly addresses: readonly (readonly [label: string, url: string])[];
  /** By `section.field`: values so far, oldest first. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly providers: readonly ProviderLine[];
  /** What ends the demo. */
  readonly footer: string;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

const columnWidth = 39;
const gap = 2;
const titles: Readonly<Record<string, string>> = {
  http: 'HTTP',
  health: 'Health Service',
  database: 'Database and cache',
};

/** The field of each section with a sparkline, and its caption. */
export const sparklineFields: Readonly<Record<string, readonly [field: string, caption: string]>> = {
  http: ['request_rate_per_minute', 'req/min'],
  models: ['avg_inference_latency_ms', 'latency'],
  providers: ['avg_error_rate', 'error rate'],
  database: ['avg_query_latency_ms', 'latency'],
  business: ['active_api_keys', 'API keys'],
  health: ['active_incidents', 'incidents'],
};

/** Wraps text in a color; `paint` without color returns the text. */
export type Paint = (text: string, color: Color | undefined) => string;

/** The whole screen: at most `rows` lines of at most `columns` visible characters. */
export function renderScreen(state: ScreenState, { columns, rows }: ScreenSize, paint: Paint): string[] {
  const { summary, footer } = state;
  const header = [titleLine(summary, columns, paint), ...addressLines(state.addresses, columns, paint)];
  const body = 'metrics' in summary ? sections(summary, state.history, columns, rows - header.length - 1, paint) : [];
  const lines = [...header, ...body];
  const extra = [...missingLines(summary, columns, paint), ...providerLines(state.providers, columns, paint)];
  const room = rows - lines.length - 1;
  if (room > 3) lines.push(...extra.slice(0, room));
  const filled = lines.slice(0, rows - 1);
  while (filled.length < rows - 1) filled.push('');
  return [...filled, paint(clip(` ${footer}`, columns), 'dim')].slice(-rows);
}

function titleLine(summary: ScreenState['summary'], columns: number, paint: Paint): string {
  const name = ' gatewayz-metrics demo  ';
  const [text, color] = stateOf(summary);
  return paint(clip(name, columns), 'bold') + paint(clip(text, columns - name.length), color);
}

function stateOf(summary: ScreenState['summary']): readonly [string, Color] {
  if (!('metrics' in summary)) return [`starting: ${summary.error.message}`, 'yellow'];
  const values = Object.values(summary.metrics).flatMap((fields) => Object.values(fields));
  const available = values.filter((value) => value !== 'N/A').length;
  const time = `values of ${summary.timestamp.slice(11, 19)} UTC, ${Math.round(summary.age_seconds)} s old`;
  if (available < values.length) return [`starting: ${available} of ${values.length} values, ${time}`, 'yellow'];
  return [`${summary.status}, ${time}`, summary.status === 'ok' ? 'green' : 'red'];
}

/** As many addresses on a line as fit. */
function addressLines(addresses: ScreenState['addresses'], columns: number, paint: Paint): string[] {
  const lines: string[] = [];
  for (const [label, url] of addresses) {
    const text = `${label.padEnd(10)} ${url}`;
    const longer = `${lines.at(-1) ?? ''}  ${text}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(` ${text}`);
  }
  return lines.map((line) => paint(clip(line, columns), undefined));
}

function sections(
  summary: SummaryDocument,
  history: ScreenState['history'],
  columns: number,
  rows: number,
  paint: Paint,
): string[] {
  const blocks = Object.entries(summary.metrics).map(([section, fields]) => [
    headingLine(section, history, paint),
    ...Object.entries(fields).map(([field, value]) => fieldLine(section, field, String(value), paint)),
  ]);
  const count = Math.max(1, Math.min(blocks.length, Math.floor((columns + gap) / (columnWidth + gap))));
  const placed = distribute(blocks, count);
  const spaced = placed.map((column) => column.flatMap((block) => ['', ...block]));
  const fits = Math.max(...spaced.map(({ length }) => length)) <= rows;
  const lists = fits ? spaced : placed.map((column) => column.flat());
  const height = Math.max(...lists.map(({ length }) => length));
  const blank = ' '.repeat(columnWidth);
  return Array.from({ length: height }, (_, row) => lists.map((list) => list[row] || blank).join(' '.repeat(gap))).map(
    (line) => (columns < columnWidth ? '' : line),
  );
}

/** Puts the largest block into the shortest column, then restores the order of the blocks. */
function distribute<T>(blocks: readonly (readonly T[])[], count: number): (readonly T[])[][] {
  const columns = Array.from({ length: count }, (): { height: number; indexes: number[] } => ({
    height: 0,
    indexes: [],
  }));
  const bySize = blocks.map((block, index) => ({ index, size: block.length })).sort((a, b) => b.size - a.size);
  for (const { index, size } of bySize) {
    const shortest = columns.reduce((best, column) => (column.height < best.height ? column : best));
    shortest.height += size;
    shortest.indexes.push(index);
  }
  return columns
    .map(({ indexes }) => indexes.sort((a, b) => a - b))
    .sort(([a = 0], [b = 0]) => a - b)
    .map((indexes) => indexes.map((index) => blocks[index] ?? []));
}

function headingLine(section: string, history: ScreenState['history'], paint: Paint): string {
  const title = titles[section] ?? section.charAt(0).toUpperCase() + section.slice(1);
  const [field = '', caption = ''] = sparklineFields[section] ?? [];
  const values = history.get(`${section}.${field}`) ?? [];
  const room = columnWidth - title.length - 3;
  const label = values.length > 1 ? caption : '';
  const bars = values.length > 1 ? sparkline(values, Math.min(16, room - label.length - 1)) : '';
  const right = `${bars} ${label}`.trim();
  return ` ${paint(title, 'bold')}${' '.repeat(Math.max(1, columnWidth - 1 - title.length - right.length))}${paint(right, 'dim')}`;
}

function fieldLine(section: string, field: string, text: string, paint: Paint): string {
  const { label, value, unit, color } = formatField(section, field, text);
  return `  ${clip(label, 20).padEnd(20)}${paint(value.padStart(9), color)} ${unit.padEnd(7)}`;
}

function missingLines(summary: ScreenState['summary'], columns: number, paint: Paint): string[] {
  const missing = Object.entries('missing' in summary ? summary.missing : {});
  if (missing.length === 0) return [];
  return [
    '',
    ` ${paint('Missing', 'bold')}`,
    ...missing.map(([field, reason]) => paint(clip(`   ${field}: ${reason}`, columns), 'dim')),
  ];
}

/** Worst first. */
function providerLines(providers: readonly ProviderLine[], columns: number, paint: Paint): string[] {
  if (providers.length === 0) return [];
  const severity = ({ down, errorRate = -1 }: ProviderLine) => (down ? 2 : errorRate);
  const sorted = [...providers].sort((a, b) => severity(b) - severity(a) || a.name.localeCompare(b.name));
  const heading = `   ${'provider'.padEnd(19)}${'error rate'.padStart(10)}${'response'.padStart(13)}  state`;
  const lines = sorted.map((provider) => {
    const { name, errorRate, responseSeconds, down } = provider;
    const [state, color] = providerState(errorRate, down);
    const rate = errorRate === undefined ? '–' : `${formatNumber(100 * errorRate)} %`;
    const time = responseSeconds === undefined ? '–' : `${formatNumber(1000 * responseSeconds)} ms`;
    return `   ${clip(name, 19).padEnd(19)}${rate.padStart(10)}${time.padStart(13)}  ${paint(state, color)}`;
  });
  return columns < 60 ? [] : ['', ` ${paint('Providers, worst first', 'bold')}`, paint(heading, 'dim'), ...lines];
}

function providerState(errorRate: number | undefined, down: boolean): readonly [string, Color] {
  if (down || (errorRate ?? 0) > downErrorRate) return ['down', 'red'];
  if (errorRate === undefined) return ['no traffic', 'dim'];
  return errorRate >= degradedErrorRate ? ['degraded', 'yellow'] : ['healthy', 'green'];
}

function clip(text: string, width: number): string {
  if (width <= 0) return '';
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
