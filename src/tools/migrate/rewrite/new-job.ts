import { isAlias, isCollection, isMap, isScalar, type ParsedNode, Scalar } from 'yaml';
import { isFields } from '../find/compose-service.js';
import { newJob } from '../find/exporter.js';
import type { JobList } from '../find/scrape-job.js';
import { lineStart, nextLine } from '../text/lines.js';
import { type Entry, entriesOf, nodeEnd } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { entryOf } from '../text/yaml-walk.js';

/** Target and path of the new scrape job. */
export interface NewJobOptions {
  /** `host:port` */
  readonly target: string;
  /** Path of the scrape target, such as `/prometheus/metrics`. */
  readonly metricsPath: string;
}

/** The job that the new one is copied from. */
export interface OldJob {
  readonly source: YamlSource;
  readonly list: JobList;
  /** Index in the list. */
  readonly index: number;
  /** Index of the group of `static_configs` whose labels are copied. */
  readonly group: number;
}

/** Keys and values of the new job in output order; values are one-line YAML. */
interface JobText {
  readonly name: string;
  readonly fields: readonly (readonly [string, string])[];
  readonly target: string;
  readonly labels: readonly (readonly [string, string])[];
}

/**
 * Lines of the new job, in the style of the old one: quotes, indentation, interval, timeout, static labels and metric
 * relabelling, so that its series have the same labels. Credentials are not copied.
 */
export function newJobLines(place: OldJob, options: NewJobOptions): readonly string[] {
  const { source, list, index: old } = place;
  const { text } = source;
  const item = list.collection.items[old] as ParsedNode;
  const entry = entriesOf(text, list.collection)[old]!;
  const job = jobText(place, options);
  const before = text.slice(lineStart(text, entry.start), entry.start);
  const isBlock = isMap(item) && item.flow !== true && before.trim() === '';
  return isBlock ? blockLines(text, item, entry, job) : [`${/^\s*/.exec(before)?.[0]}- ${flowJob(job)}`];
}

/** The new job in flow style, for a list in brackets. */
export function newFlowJob(place: OldJob, options: NewJobOptions): string {
  return flowJob(jobText(place, options));
}

function jobText({ source, list, index: old, group }: OldJob, { target, metricsPath }: NewJobOptions): JobText {
  const { text } = source;
  const item = list.collection.items[old] as ParsedNode;
  const resolved = list.jobs[old]?.fields ?? {};
  const quote = quoteLike(entryOf(item, 'job_name')?.value);
  const timing = ['scrape_interval', 'scrape_timeout'].flatMap((key) => {
    const value = scalarSource(text, entryOf(item, key)?.value, resolved[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    name: quote(newJob),
    fields: [['metrics_path', quote(metricsPath)], ...timing],
    target: quoteLike(undefined)(target),
    labels: staticLabels(text, item, resolved, group),
  };
}

/** Static labels of a group of the old job. */
function staticLabels(
  text: string,
  item: ParsedNode,
  resolved: Readonly<Record<string, unknown>>,
  index: number,
): JobText['labels'] {
  const groups: unknown = resolved['static_configs'];
  const group: unknown = Array.isArray(groups) ? groups[index] : undefined;
  const labels = isFields(group) && isFields(group['labels']) ? group['labels'] : {};
  const nodes = entryOf(item, 'static_configs')?.value;
  const node = entryOf(isCollection(nodes) ? nodes.items[index] : undefined, 'labels')?.value;
  return Object.entries(labels).flatMap(([key, value]) => {
    const written = scalarSource(text, entryOf(node, key)?.value, value);
    return written === undefined ? [] : [[/^\w+$/.test(key) ? key : quoteLike(undefined)(key), written] as const];
  });
}

/** Source text of a scalar; its value where it comes from an alias or a merge key. */
function scalarSource(text: string, node: ParsedNode | undefined, value: unknown): string | undefined {
  if (isScalar(node) && node.type !== Scalar.BLOCK_LITERAL && node.type !== Scalar.BLOCK_FOLDED) {
    const written = text.slice(node.range[0], node.range[1]);
    if (!written.includes('\n')) return written;
  }
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  return /^\w+$/.test(String(value)) && !isAlias(node) ? String(value) : quoteLike(undefined)(String(value));
}

function quoteLike(node: ParsedNode | undefined): (value: string) => string {
  const type = isScalar(node) ? node.type : undefined;
  if (type === Scalar.QUOTE_DOUBLE) return (value) => JSON.stringify(value);
  if (type === Scalar.PLAIN)
    return (value) => (/^[\w/][\w/.-]*$/.test(value) ? value : `'${value.replaceAll("'", "''")}'`);
  return (value) => `'${value.replaceAll("'", "''")}'`;
}

function flowJob({ name, fields, target, labels }: JobText): string {
  const pairs = (list: readonly (readonly [string, string])[]) =>
    list.map(([key, value]) => `${key}: ${value}`).join(', ');
  const group = [`targets: [${target}]`, ...(labels.length === 0 ? [] : [`labels: {${pairs(labels)}}`])].join(', ');
  return `{job_name: ${name}, ${pairs(fields)}, static_configs: [{${group}}]}`;
}

function blockLines(
  text: string,
  item: ParsedNode,
  entry: Entry,
  { name, fields, target, labels }: JobText,
): readonly string[] {
  const dash = ' '.repeat(entry.start - lineStart(text, entry.start));
  const column = item.range[0] - lineStart(text, item.range[0]);
  const keys = ' '.repeat(column);
  return [
    `${dash}-${' '.repeat(Math.max(1, column - dash.length - 1))}job_name: ${name}`,
    ...fields.map(([key, value]) => `${keys}${key}: ${value}`),
    `${keys}static_configs:`,
    `${keys}  - targets: [${target}]`,
    ...(labels.length === 0 ? [] : [`${keys}    labels:`]),
    ...labels.map(([key, value]) => `${keys}      ${key}: ${value}`),
    ...relabelLines(text, item, column),
  ];
}

/** Lines of the old job's metric relabelling, unless they contain anchors, aliases or template directives. */
function relabelLines(text: string, item: ParsedNode, column: number): readonly string[] {
  const found = entryOf(item, 'metric_relabel_configs');
  if (found === undefined || !isMap(item)) return [];
  const entry = entriesOf(text, item)[found.index];
  const from = entry ? lineStart(text, entry.start) : 0;
  if (entry === undefined || entry.start - from !== column || text.slice(from, entry.start).trim() !== '') return [];
  const lines = text.slice(from, nextLine(text, nodeEnd(text, found.value))).split(/\r?\n/);
  return lines.some((line) => /(?:^|\s)[&*]\w|\{%|\{\{/.test(line)) ? [] : lines.filter((line) => line !== '');
}
