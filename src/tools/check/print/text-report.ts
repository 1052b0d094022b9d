import { countResults } from '../dashboards/count-results.js';
import { listed } from '../diagnose/diagnosis.js';
import type {
  CheckReport,
  Criterion,
  DashboardReport,
  Missing,
  MissingLabel,
  MissingNames,
  WatchReport,
} from '../report.js';
import { hours, percent } from '../watch/watch-record.js';

/**
 * The report for a terminal.
 *
 * @param checked the service, or the dashboards
 * @param fields names of all summary fields
 */
export function textReport(report: CheckReport, checked: string, fields: readonly string[]): string {
  const { criteria, missing, dashboards, missingNames, watch } = report;
  const parts = [
    `check of ${checked}`,
    groupByReason(criteria).map(criterionLines).join('\n'),
    ...groupMissing(missing).map((group) => missingText(group, fields)),
    ...(dashboards.length === 0 ? [] : [dashboards.map(dashboardText).join('\n')]),
    ...(missingNames ? namesText(missingNames) : []),
    ...(watch ? [watchText(watch)] : []),
    verdict(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** In a sentence. */
export function verdict({ ok, criteria, watch }: CheckReport): string {
  const failed = criteria.filter((criterion) => !criterion.ok).map(({ id }) => id);
  const ids = criteria.map(({ id }) => id);
  if (!ok) return `FAILED: ${condensed(failed, ids)}`;
  const warnings = criteria.filter(isWarning).map(({ id }) => id);
  const validated = watch ? `validated for ${hours(watch.plannedSeconds)}` : 'all points pass';
  return `OK: ${validated}${warnings.length === 0 ? '' : `; worth a look: ${warnings.join(', ')}`}`;
}

/** Groups points that fail for the same reason. */
function groupByReason(criteria: readonly Criterion[]): readonly (readonly [Criterion, ...Criterion[]])[] {
  const groups = new Map<string, [Criterion, ...Criterion[]]>();
  for (const criterion of criteria) {
    const { id, ok, detail } = criterion;
    const [kind, subject = ''] = id.split('.');
    // A reason may name the path of its endpoint.
    const key = ok ? id : `${kind} ${detail.replace(`/metrics/${subject}`, '/metrics')}`;
    const group = groups.get(key);
    if (group) group.push(criterion);
    else groups.set(key, [criterion]);
  }
  return [...groups.values()];
}

function criterionLines([first, ...others]: readonly [Criterion, ...Criterion[]]): string {
  const { id, detail } = first;
  const line = `${outcome(first)}  ${id.padEnd(22)}${indented(detail, 28)}`;
  if (others.length === 0) return line;
  return `${line}\n${' '.repeat(28)}likewise ${others.map((other) => other.id).join(', ')}`;
}

function outcome(criterion: Criterion): string {
  if (!criterion.ok) return 'FAIL';
  return isWarning(criterion) ? 'warn' : (criterion.level ?? 'pass');
}

/** A point that passes but is worth a look: it says so, or found something where there is no limit. */
function isWarning({ ok, level, value, budget }: Criterion): boolean {
  return ok && (level === 'warn' || (budget === null && typeof value === 'number' && value > 0));
}

/** Values with the same remedy. */
export interface MissingGroup {
  readonly fields: readonly string[];
  /** Each once. */
  readonly causes: readonly string[];
  readonly fix: string;
}

export function groupMissing(missing: readonly Missing[]): readonly MissingGroup[] {
  const groups = new Map<string, { fields: Set<string>; causes: Set<string> }>();
  for (const { field, cause, fix } of missing) {
    const { fields, causes } = groups.get(fix) ?? { fields: new Set(), causes: new Set() };
    groups.set(fix, { fields: fields.add(field), causes: causes.add(cause) });
  }
  return [...groups].map(([fix, { fields, causes }]) => ({ fields: [...fields], causes: [...causes], fix }));
}

/** The first few causes; others with the same remedy are similar. */
export function firstCauses(causes: readonly string[]): readonly string[] {
  const shown = causes.slice(0, 3);
  return causes.length > shown.length ? [...shown, `and ${causes.length - shown.length} more like these`] : shown;
}

function missingText({ fields, causes, fix }: MissingGroup, allFields: readonly string[]): string {
  const cause = firstCauses(causes).join('\n');
  return `${condensed(fields, allFields)}\n    cause  ${indented(cause, 11)}\n    fix    ${indented(fix, 11)}`;
}

/** Joins names; all names with the same first word become one: `http.*`. */
function condensed(names: readonly string[], known: readonly string[]): string {
  const kindOf = (name: string): string => name.slice(0, name.indexOf('.') + 1);
  const isWhole = (kind: string): boolean =>
    kind !== '' && known.filter((name) => kindOf(name) === kind).every((name) => names.includes(name));
  const shown = names.map((name) => (isWhole(kindOf(name)) ? `${kindOf(name)}*` : name));
  return [...new Set(shown)].join(', ');
}

/** Failing queries in full, other ones without data in a line each, those that are not sent counted by reason. */
function dashboardText({ file, title, targets }: DashboardReport): string {
  const skipped = new Map<string, number>();
  const lines: string[] = [];
  for (const { panel, refId, expr, result, reason, fails } of targets) {
    const place = [panel, refId].filter(Boolean).join(' / ');
    if (result === 'skipped') skipped.set(reason ?? '', (skipped.get(reason ?? '') ?? 0) + 1);
    else if (fails)
      lines.push(`  FAIL ${result}  ${place}\n    ${indented(expr, 4)}\n    ${indented(reason ?? '', 4)}`);
    else if (result !== 'data') lines.push(`  ${result}  ${place}: ${indented(reason ?? '', 4)}`);
  }
  const counts = [...skipped].map(([reason, count]) => `  skipped ${count}: ${reason}`);
  return [`${file}${title ? ` (${title})` : ''}: ${countResults(targets)}`, ...lines, ...counts].join('\n');
}

/** Labels are grouped by name: one that is missing is often missing everywhere. */
function namesText({ metrics, labels }: MissingNames): readonly string[] {
  const nearest = (names: readonly string[]): string => (names.length === 0 ? '' : `; nearest: ${names.join(', ')}`);
  const byLabel = new Map<string, MissingLabel[]>();
  for (const missing of labels) byLabel.set(missing.label, [...(byLabel.get(missing.label) ?? []), missing]);
  const lines = [
    ...metrics.map(({ name, nearest: near }) => `  metric ${name}${nearest(near)}`),
    ...[...byLabel].map(([label, [first, ...others]]) => {
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return `  label ${label} of ${first!.metric}${more}${nearest(first!.nearest)}; it has ${listed(first!.has, 8)}`;
    }),
  ];
  return lines.length === 0 ? [] : [`Names that Prometheus does not have:\n${lines.join('\n')}`];
}

function watchText({ from, to, seconds, probes, availability, freshness, gaps, worst }: WatchReport): string {
  const times = Object.entries(worst).map(
    ([endpoint, { handling, client }]) =>
      `  ${endpoint.padEnd(14)}worst handling ${handling === null ? 'unknown' : `${handling} ms`}, worst client ${client} ms`,
  );
  return [
    `watched ${from} to ${to} (${hours(seconds)}, ${probes} probes): ${percent(availability)} available, ${percent(freshness)} fresh`,
    ...gaps.map((gap) => `  gap ${gap.what}: ${gap.from} to ${gap.to} (${hours(gap.seconds)}): ${gap.reason}`),
    ...times,
  ].join('\n');
}

/** Further lines begin under the first. */
function indented(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`);
}
