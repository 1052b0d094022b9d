import type { Cause, Vector } from '../model.js';
import type { BlockVectors } from './block-vectors.js';
import type { CompiledRow } from './compile.js';
import { parseValue } from './derivations/number.js';

/** Every code of a missing value, and its meaning; error codes stand for failed queries. */
export const missingCodes = {
  target_down: 'A scrape target of the gateway is down.',
  no_series: 'None of the metrics exists in Prometheus, under the base selector if there is one.',
  selector_matches_nothing: 'No series at all match METRICS_SELECTOR.',
  idle: 'The series exist, but nothing happened in the last 5 minutes.',
  idle_or_too_few_samples: 'Nothing happened in the last 5 minutes, or there are fewer than two samples for a rate.',
  too_few_samples: 'A rate needs two samples within 5 minutes, and there are fewer.',
  no_samples: 'The series exist, but have no usable sample at the evaluation timestamp.',
  unusable_value: 'The series have samples, but no value can be computed from them.',
  not_finite: 'The computed value is NaN or infinite.',
  not_exported: 'The gateway of this preset does not export such a metric.',
  needs_job: 'Other programs use this metric name too: METRICS_SELECTOR must name a job.',
  not_queried: 'The value has not been queried yet.',
  not_refreshed: 'The source could not refresh the value.',
  health_service: 'The Health Service did not respond, or its response lacks the value.',
} as const satisfies Record<string, string>;

export type MissingCode = keyof typeof missingCodes;

/** Whether a code says that the value does not exist, as opposed to a failed query. */
export function isMissingCode(code: string): code is MissingCode {
  return Object.hasOwn(missingCodes, code);
}

/** A scrape target of the gateway that Prometheus reports as down. */
export interface DownTarget {
  readonly job: string;
  readonly instance: string;
}

/** What is known when a row has no value. */
export interface MissingContext {
  /** Names that exist under the base selector; undefined where the upstream could not tell. */
  readonly names: ReadonlySet<string> | undefined;
  /** Results of the row's blocks. */
  readonly blocks: BlockVectors;
  readonly down: readonly DownTarget[];
  /** The base selector as the operator wrote it, for messages. */
  readonly selector: string | undefined;
}

/** Why a row has no value, as data; `formatMissing` makes the sentence. */
export interface MissingReason extends Cause {
  readonly code: MissingCode;
  /** Metrics of the row that do not exist, where others do. */
  readonly absent: readonly string[];
  readonly idle: string | undefined;
  readonly selector: string | undefined;
  readonly down: readonly DownTarget[];
  /** The code without the targets that are down. */
  readonly behind: MissingCode;
}

/** Finds out why a row has no value. */
export function findMissingReason(row: CompiledRow, context: MissingContext): MissingReason {
  const { down, selector } = context;
  const { code, metrics, absent = [] } = explainRow(row, context);
  return {
    code: down.length > 0 ? 'target_down' : code,
    behind: code,
    metrics,
    absent,
    idle: row.idle,
    selector,
    down,
  };
}

interface RowReason {
  readonly code: MissingCode;
  readonly metrics: readonly string[];
  readonly absent?: readonly string[];
}

function explainRow(row: CompiledRow, { names, blocks, selector }: MissingContext): RowReason {
  if (row.needsJob) return { code: 'needs_job', metrics: row.metrics };
  if (names?.size === 0 && selector) return { code: 'selector_matches_nothing', metrics: row.metrics };
  const exists = (metric: string): boolean => names?.has(metric) ?? true;
  const existing = row.metrics.filter(exists);
  if (existing.length === 0) return { code: 'no_series', metrics: row.metrics };

  const queried = blocksOf(row, blocks).filter(({ metrics }) => metrics.some(exists));
  const rated = queried.filter(({ promql }) => /\brate\(/.test(promql));
  if (row.idle && rated.some(isIdle)) return { code: 'idle', metrics: existing };
  if (rated.length > 0 && rated.every(({ vector }) => vector.length === 0)) {
    // A row that is a single query cannot tell them apart.
    const isSingle = row.idle !== undefined && isSingleQuery(row);
    if (isSingle && existing.length < row.metrics.length) return unusable(existing, row);
    const code = isSingle ? 'idle_or_too_few_samples' : 'too_few_samples';
    return { code, metrics: [...new Set(rated.flatMap(({ metrics }) => metrics))].filter(exists) };
  }
  if (queried.every(({ vector }) => vector.length === 0)) return { code: 'no_samples', metrics: existing };
  return unusable(existing, row);
}

function unusable(existing: readonly string[], { metrics }: CompiledRow): RowReason {
  return { code: 'unusable_value', metrics: existing, absent: metrics.filter((metric) => !existing.includes(metric)) };
}

interface BlockResult {
  readonly promql: string;
  readonly metrics: readonly string[];
  readonly vector: Vector;
}

function blocksOf(row: CompiledRow, blocks: BlockVectors): readonly BlockResult[] {
  return Object.entries(row.blocks).map(([name, promql]) => ({
    promql,
    metrics: row.blockMetrics[name]!,
    vector: blocks[name] ?? [],
  }));
}

function isSingleQuery({ blocks, promql }: CompiledRow): boolean {
  return Object.keys(blocks).length === 1 && Object.values(blocks)[0] === promql['value'];
}

function isIdle({ vector }: BlockResult): boolean {
  return vector.length > 0 && vector.every(({ value }) => parseValue(value) === 0);
}

/** The one sentence for a reason, for people: names the metric, and a target that is down first. */
export function formatMissing(reason: MissingReason): string {
  const sentence = formatCode(reason);
  const [first] = reason.down;
  if (!first) return sentence;
  const target = `${first.instance} (job ${JSON.stringify(first.job)})`;
  const more = reason.down.length - 1;
  const targets =
    more > 0 ? `${target} and ${more} more scrape target${more > 1 ? 's' : ''} are` : `scrape target ${target} is`;
  return `${targets} down; ${sentence}`;
}

function formatCode({ behind, metrics, absent, idle, selector }: MissingReason): string {
  const under = selector ? ` under ${selector}` : '';
  const names = listNames(metrics);
  switch (behind) {
    case 'selector_matches_nothing':
      return `no series at all in Prometheus match METRICS_SELECTOR ${selector}`;
    case 'no_series':
      return `no series named ${names} in Prometheus${under}`;
    case 'idle':
      return `${idle} in the last 5 minutes`;
    case 'idle_or_too_few_samples':
      return `${idle} in the last 5 minutes, or fewer than two samples of ${names}${under}`;
    case 'needs_job':
      return `other programs use the name ${names} too; add job="…" to METRICS_SELECTOR`;
    case 'too_few_samples':
      return `fewer than two samples of ${names} in the last 5 minutes${under}`;
    case 'no_samples':
      return `no usable samples of ${names} at the evaluation timestamp${under}`;
    default: {
      const also =
        absent.length === 0 ? '' : `, and there is no series named ${listNames(absent)} in Prometheus${under}`;
      return `no usable value of ${names}${also}`;
    }
  }
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
