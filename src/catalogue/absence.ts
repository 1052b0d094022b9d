import type { CompiledRow } from './compile.js';
import type { Answers } from './row.js';

/** A scrape target of the gateway that Prometheus reports as down. */
export interface DownTarget {
  readonly job: string;
  readonly instance: string;
}

export interface AbsenceContext {
  /** Names that exist under the base selector; undefined where the upstream could not tell. */
  readonly names: ReadonlySet<string> | undefined;
  readonly answers: Answers;
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
  const existing = row.metrics.filter((metric) => names?.has(metric) ?? true);
  if (existing.length === 0) return `no series named ${listNames(row.metrics)} in Prometheus${under}`;
  if (Object.values(answers).some((vector) => vector.length > 0)) {
    return row.idle ? `${row.idle} in the last 5 minutes` : `${listNames(existing)} has no usable value`;
  }
  const rated = Object.values(row.blocks).every((block) => block.includes('rate('));
  return rated
    ? `fewer than two samples of ${listNames(existing)} in the last 5 minutes${under}`
    : `no samples of ${listNames(existing)} at this instant${under}`;
}

/** `a, b or c`; the parts of one histogram or summary are named once. */
function listNames(metrics: readonly string[]): string {
  const names = [...new Set(metrics.map((metric) => metric.replace(/_(?:bucket|sum|count)$/, '')))];
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} or ${last}`;
}
