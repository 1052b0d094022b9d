import { quotePromql } from '../../../promql/string-literal.js';
import type { Finding } from '../report.js';

/** Cause, remedy and severity of a finding. */
export type Diagnosis = Omit<Finding, 'field'>;

/** `"a", "b" and 3 more` */
export function listed(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).map((name) => quotePromql(name));
  return names.length > most ? `${shown.join(', ')} and ${names.length - most} more` : shown.join(', ');
}

/** `job "a"`, `jobs "a", "b"` */
export function jobList(jobs: readonly string[]): string {
  return `${jobs.length === 1 ? 'job' : 'jobs'} ${listed(jobs)}`;
}

/** A single-quoted word for a shell, or an environment file. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
