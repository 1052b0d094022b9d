import type { SummaryDocument, UnavailableDocument } from '../../../render/summary.js';

const labelWidth = 30;

/** The summary as plain lines: one per field, by section, then the missing fields with their reasons. */
export function summaryLines(summary: SummaryDocument | UnavailableDocument): string[] {
  if (summary.status === 'unavailable') return [`summary: unavailable (${summary.error.message})`];
  const { timestamp, status, age_seconds, metrics, missing } = summary;
  const sections = Object.entries(metrics).flatMap(([section, fields]) => [
    section,
    ...Object.entries(fields).map(([field, value]) => `  ${field.padEnd(labelWidth)}${shorten(String(value))}`),
  ]);
  const reasons = Object.entries(missing).map(([field, reason]) => `  ${field}: ${reason}`);
  return [
    `summary of ${timestamp}: ${status}, ${age_seconds} s old`,
    ...sections,
    ...(reasons.length > 0 ? ['missing', ...reasons] : []),
  ];
}

/** Whether the summary is complete: status `ok` and no field missing. */
export function isFull(summary: SummaryDocument | UnavailableDocument): boolean {
  return summary.status === 'ok' && Object.keys(summary.missing).length === 0;
}

/** Rounds to four decimals. */
function shorten(value: string): string {
  const number = Number(value);
  return value !== '' && Number.isFinite(number) ? String(Math.round(number * 10_000) / 10_000) : value;
}
