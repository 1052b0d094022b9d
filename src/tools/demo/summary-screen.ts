import type { SummaryDocument, UnavailableDocument } from '../../render/summary.js';

const widest = 30;

/** The summary as lines for a terminal: a section a line group, a value a row, and what is missing with its reason. */
export function summaryLines(summary: SummaryDocument | UnavailableDocument): string[] {
  if (summary.status === 'unavailable') return [`summary: unavailable (${summary.error.message})`];
  const { timestamp, status, age_seconds, metrics, missing } = summary;
  const sections = Object.entries(metrics).flatMap(([section, fields]) => [
    section,
    ...Object.entries(fields).map(([field, value]) => `  ${field.padEnd(widest)}${shorten(String(value))}`),
  ]);
  const reasons = Object.entries(missing).map(([field, reason]) => `  ${field}: ${reason}`);
  return [
    `summary of ${timestamp}: ${status}, ${age_seconds} s old`,
    ...sections,
    ...(reasons.length > 0 ? ['missing', ...reasons] : []),
  ];
}

/** Whether the summary has everything: status `ok` and no field missing. */
export function isFull(summary: SummaryDocument | UnavailableDocument): boolean {
  return summary.status === 'ok' && Object.keys(summary.missing).length === 0;
}

/** Four digits behind the point tell a person enough. */
function shorten(value: string): string {
  const number = Number(value);
  return value !== '' && Number.isFinite(number) ? String(Math.round(number * 10_000) / 10_000) : value;
}
