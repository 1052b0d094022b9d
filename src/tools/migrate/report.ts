import { formatDuration } from '../../duration.js';
import type { Finding } from './find/finding.js';
import type { PlannedFinding } from './rewrite/plan-file.js';
import { type DocumentedDifference, documentedDifferences } from './verify/documented-differences.js';
import type { Verification } from './verify/verify-jobs.js';

/** Findings as text, by file, with totals. */
export function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No trace of the exporter was found.\n';
  const lines: string[] = [];
  let file: string | undefined;
  for (const finding of findings) {
    if (finding.file !== file) lines.push(finding.file);
    file = finding.file;
    lines.push(`${String(finding.line).padStart(6)}  ${finding.action.padEnd(7)}  ${finding.kind}: ${finding.why}`);
  }
  const actions = ['remove', 'replace', 'keep', 'by hand'] as const;
  const sums = actions.map((action) => `${findings.filter((finding) => finding.action === action).length} ${action}`);
  return `${lines.join('\n')}\n\n${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}: ${sums.join(', ')}\n`;
}

/** Queries that keep working, and those among them that change while both jobs are scraped. */
export function queriesText(findings: readonly PlannedFinding[]): string {
  const working = findings.filter(
    ({ kind, action }) => action === 'keep' && (kind === 'dashboard' || kind === 'alert' || kind === 'rule'),
  );
  return [
    block(
      'Queries that keep working unchanged:',
      working.filter(({ overlap }) => overlap === undefined),
    ),
    block(
      'Queries that keep working but change while both jobs are scraped:',
      working.filter(({ overlap }) => overlap !== undefined),
    ),
  ].join('');
}

/** Findings to handle by hand. */
export function byHandText(findings: readonly Finding[]): string {
  return block(
    'Left to do by hand:',
    findings.filter(({ action }) => action === 'by hand'),
  );
}

function block(title: string, findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  return `${title}\n${findings.map(({ file, line, kind, why }) => `  ${file}:${line} ${kind}: ${why}`).join('\n')}\n`;
}

/** Comparison as a table, with the documented differences and the verdict. */
export function verificationText(verification: Verification, window: number): string {
  const { families, problems, coveredSeconds, ok } = verification;
  const head = ['family', 'series', 'equal', 'late', 'gaps', 'different', 'documented', 'result', 'note'];
  const rows = families.map((family) => [
    family.family,
    ...[family.series, family.equal, family.late, family.gaps, family.different, sumOf(family.documented)].map(String),
    family.ok ? 'ok' : 'FAIL',
    family.note,
  ]);
  const used = new Set(families.flatMap(({ documented }) => Object.keys(documented) as DocumentedDifference[]));
  const names = [...used].map(
    (name) => `  ${name}: ${documentedDifferences[name]} (${familiesWith(verification, name)})`,
  );
  return [
    ...(rows.length === 0 ? [] : [table([head, ...rows]), '']),
    ...(names.length === 0 ? [] : ['Documented differences:', ...names, '']),
    ...problems,
    `${duration(coveredSeconds)} of ${formatDuration(window)} compared; ${ok ? 'the new job can replace the old one' : 'the new job cannot replace the old one yet'}`,
    '',
  ].join('\n');
}

/** One progress line for a window that is not full yet. */
export function progressText({ coveredSeconds, families, at }: Verification, window: number): string {
  const failing = families.filter(({ ok }) => !ok).map(({ family }) => family);
  const state = failing.length === 0 ? 'no difference so far' : `differences so far: ${failing.join(', ')}`;
  const share = Math.floor((100_000 * coveredSeconds) / window);
  return `${new Date(at).toISOString()} ${duration(coveredSeconds)} of ${formatDuration(window)} (${share} %): ${families.length === 0 ? 'waiting for samples of both jobs' : state}`;
}

function duration(seconds: number): string {
  return formatDuration(Math.round(seconds) * 1000);
}

function sumOf(documented: Readonly<Record<string, number>>): number {
  return Object.values(documented).reduce((sum, count) => sum + count, 0);
}

function familiesWith({ families }: Verification, name: DocumentedDifference): string {
  return families
    .filter(({ documented }) => documented[name] !== undefined)
    .map(({ family }) => family)
    .join(', ');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const isNumber = (column: number) => column >= 1 && column <= 6;
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
