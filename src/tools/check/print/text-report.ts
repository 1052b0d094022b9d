import { summaryFields } from '../../../catalogue/summary.js';
import type { CheckReport, Criterion, DashboardReport, Missing, WatchReport } from '../report.js';
import { hours, percent } from '../watch/watch-record.js';

const allFields = summaryFields.map(({ section, field }) => `${section}.${field}`);

/** The report for a terminal. */
export function textReport(report: CheckReport, url: string): string {
  const { criteria, missing, dashboards, watch } = report;
  const parts = [
    `check of ${url}`,
    groupByReason(criteria).map(criterionLines).join('\n'),
    ...groupMissing(missing).map(missingText),
    ...dashboards.map(dashboardText).filter((text) => text !== ''),
    ...(watch ? [watchText(watch)] : []),
    verdict(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** In a sentence. */
export function verdict({ ok, criteria, watch }: CheckReport): string {
  const failed = criteria.filter((criterion) => !criterion.ok).map(({ id }) => id);
  const ids = criteria.map(({ id }) => id);
  const validated = watch ? `validated for ${hours(watch.plannedSeconds)}` : 'all points pass';
  return ok ? `OK: ${validated}` : `FAILED: ${condensed(failed, ids)}`;
}

/** Points that fail for one reason, told together: those that measure different endpoints do. */
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

/** A point without a limit that found something passes, but is worth a look. */
function outcome({ ok, value, budget }: Criterion): string {
  if (!ok) return 'FAIL';
  return budget === null && typeof value === 'number' && value > 0 ? 'warn' : 'pass';
}

/** Values with one remedy, told together. */
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

/** The first causes; others with the same remedy are much like them. */
export function firstCauses(causes: readonly string[]): readonly string[] {
  const shown = causes.slice(0, 3);
  return causes.length > shown.length ? [...shown, `and ${causes.length - shown.length} more like these`] : shown;
}

function missingText({ fields, causes, fix }: MissingGroup): string {
  const cause = firstCauses(causes).join('\n');
  return `${condensed(fields, allFields)}\n    cause  ${indented(cause, 11)}\n    fix    ${indented(fix, 11)}`;
}

/** Names one by one, or, where all that are known with the same first word are among them, that: `http.*`. */
function condensed(names: readonly string[], known: readonly string[]): string {
  const kindOf = (name: string): string => name.slice(0, name.indexOf('.') + 1);
  const isWhole = (kind: string): boolean =>
    kind !== '' && known.filter((name) => kindOf(name) === kind).every((name) => names.includes(name));
  const shown = names.map((name) => (isWhole(kindOf(name)) ? `${kindOf(name)}*` : name));
  return [...new Set(shown)].join(', ');
}

function dashboardText({ file, title, targets }: DashboardReport): string {
  const lines = targets
    .filter(({ result }) => result === 'empty' || result === 'error')
    .map(({ panel, refId, expr, result, reason }) => {
      const place = [panel, refId].filter(Boolean).join(' / ');
      return `  ${result}  ${place}\n    ${indented(expr, 4)}\n    ${indented(reason ?? '', 4)}`;
    });
  return lines.length === 0 ? '' : `${file}${title ? ` (${title})` : ''}\n${lines.join('\n')}`;
}

function watchText({ from, to, seconds, looks, availability, freshness, gaps, worst }: WatchReport): string {
  const times = Object.entries(worst).map(
    ([endpoint, { handling, client }]) =>
      `  ${endpoint.padEnd(14)}worst handling ${handling === null ? 'unknown' : `${handling} ms`}, worst client ${client} ms`,
  );
  return [
    `watched ${from} to ${to} (${hours(seconds)}, ${looks} looks): ${percent(availability)} available, ${percent(freshness)} fresh`,
    ...gaps.map((gap) => `  gap ${gap.what}: ${gap.from} to ${gap.to} (${hours(gap.seconds)}): ${gap.reason}`),
    ...times,
  ].join('\n');
}

/** Further lines begin under the first. */
function indented(text: string, columns: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(columns)}`);
}
