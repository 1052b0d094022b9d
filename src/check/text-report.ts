import type { CheckReport, Criterion, DashboardReport, Missing, WatchReport } from './report.js';
import { hours, percent } from './watch-record.js';

/** The report for a terminal. */
export function textReport(report: CheckReport, url: string): string {
  const { criteria, missing, dashboards, watch } = report;
  const parts = [
    `check of ${url}`,
    criteria.map(criterionLine).join('\n'),
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
  const validated = watch ? `validated for ${hours(watch.plannedSeconds)}` : 'all points pass';
  return ok ? `OK: ${validated}` : `FAILED: ${failed.join(', ')}`;
}

function criterionLine({ id, ok, detail }: Criterion): string {
  return `${ok ? 'pass' : 'FAIL'}  ${id.padEnd(22)}${indented(detail, 28)}`;
}

/** Values with one cause and one remedy, told together. */
export interface MissingGroup {
  readonly fields: readonly string[];
  readonly cause: string;
  readonly fix: string;
}

export function groupMissing(missing: readonly Missing[]): readonly MissingGroup[] {
  const groups = new Map<string, { fields: string[]; cause: string; fix: string }>();
  for (const { field, cause, fix } of missing) {
    const key = JSON.stringify([cause, fix]);
    const group = groups.get(key) ?? { fields: [], cause, fix };
    group.fields.push(field);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function missingText({ fields, cause, fix }: MissingGroup): string {
  return `${fields.join(', ')}\n    cause  ${indented(cause, 11)}\n    fix    ${indented(fix, 11)}`;
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
