import type { Vector } from '../model.js';
import type { BlockVectors } from './block-vectors.js';
import type { CompiledRow } from './compile.js';
import { parseValue } from './derivations/number.js';

/** A scrape target of the gateway that Prometheus reports as down. */
export interface DownTarget {
  readonly job: string;
  readonly instance: string;
}

export interface AbsenceContext {
  /** Names that exist under the base selector; undefined where the upstream could not tell. */
  readonly names: ReadonlySet<string> | undefined;
  readonly answers: BlockVectors;
  readonly down: readonly DownTarget[];
  /** The base selector as the operator wrote it, for messages. */
  readonly selector: string | undefined;
}

/** Why a row has no value, in a sentence that a person can act on, with the metric's name; a target that is down first. */
export function explainAbsence(row: CompiledRow, context: AbsenceContext): string {
  const reason = explainRow(row, context);
  const [first] = context.down;
  if (!first) return reason;
  const target = `${first.instance} (job ${JSON.stringify(first.job)})`;
  const more = context.down.length - 1;
  const targets =
    more > 0 ? `${target} and ${more} more scrape target${more > 1 ? 's' : ''} are` : `scrape target ${target} is`;
  return `${targets} down; ${reason}`;
}

function explainRow(row: CompiledRow, { names, answers, selector }: AbsenceContext): string {
  const under = selector ? ` under ${selector}` : '';
  if (names?.size === 0 && selector) return `no series at all in Prometheus match METRICS_SELECTOR ${selector}`;
  const exists = (metric: string): boolean => names?.has(metric) ?? true;
  const existing = row.metrics.filter(exists);
  const missing = listNames(row.metrics.filter((metric) => !exists(metric)));
  if (existing.length === 0) return `no series named ${missing} in Prometheus${under}`;

  const asked = blocksOf(row, answers).filter(({ metrics }) => metrics.some(exists));
  const rated = asked.filter(({ promql }) => promql.includes('rate('));
  if (row.idle && rated.some(isIdle)) return `${row.idle} in the last 5 minutes`;
  if (rated.length > 0 && rated.every(({ vector }) => vector.length === 0)) {
    const metrics = rated.flatMap((block) => block.metrics).filter(exists);
    return `fewer than two samples of ${listNames(metrics)} in the last 5 minutes${under}`;
  }
  if (asked.every(({ vector }) => vector.length === 0)) {
    return `no usable samples of ${listNames(existing)} at this instant${under}`;
  }
  const also = missing === '' ? '' : `, and there is no series named ${missing} in Prometheus${under}`;
  return `no usable value of ${listNames(existing)}${also}`;
}

interface AskedBlock {
  readonly promql: string;
  readonly metrics: readonly string[];
  readonly vector: Vector;
}

function blocksOf(row: CompiledRow, answers: BlockVectors): readonly AskedBlock[] {
  return Object.entries(row.blocks).map(([name, promql]) => ({
    promql,
    metrics: row.blockMetrics[name]!,
    vector: answers[name] ?? [],
  }));
}

function isIdle({ vector }: AskedBlock): boolean {
  return vector.length > 0 && vector.every(({ value }) => parseValue(value) === 0);
}

/** `a, b or c`; a histogram or summary of which two parts are listed is named once, without their suffixes. */
function listNames(metrics: readonly string[]): string {
  const whole = (metric: string): string => metric.replace(/_(?:bucket|sum|count)$/, '');
  const isWhole = (metric: string): boolean =>
    metrics.some((other) => other !== metric && other !== whole(other) && whole(other) === whole(metric));
  const names = [...new Set(metrics.map((metric) => (isWhole(metric) ? whole(metric) : metric)))];
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`;
}
