import { editScript } from './edit-script.js';
import { maskSecrets } from './mask-secrets.js';

const context = 3;

/** One line of the comparison, with its number (from 0) on either side. */
interface Row {
  readonly mark: ' ' | '-' | '+';
  readonly before: number;
  readonly after: number;
}

/**
 * A unified diff as `diff -u` and `git diff` print it, three lines of context, credentials as `***`; empty text for equal
 * texts. Undefined stands for a file that is not there.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return '';
  const sides = { before: linesOf(before ?? ''), after: linesOf(after ?? '') };
  const shown = { before: linesOf(maskSecrets(before ?? '')), after: linesOf(maskSecrets(after ?? '')) };
  const rows = rowsOf(sides.before, sides.after);
  const head = `--- ${before === undefined ? '/dev/null' : `a/${path}`}\n+++ ${after === undefined ? '/dev/null' : `b/${path}`}\n`;
  return (
    head +
    hunksOf(rows)
      .map((hunk) => printHunk(hunk, shown))
      .join('')
  );
}

/** Lines with their line breaks; the last may have none. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function rowsOf(before: readonly string[], after: readonly string[]): readonly Row[] {
  const rows: Row[] = [];
  const place = { before: 0, after: 0 };
  const push = (mark: Row['mark']) => {
    rows.push({ mark, ...place });
    if (mark !== '+') place.before += 1;
    if (mark !== '-') place.after += 1;
  };
  for (const change of editScript(before, after)) {
    while (place.before < change.before) push(' ');
    for (let count = 0; count < change.removed; count += 1) push('-');
    for (let count = 0; count < change.added; count += 1) push('+');
  }
  while (place.before < before.length) push(' ');
  return rows;
}

function hunksOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const ranges: { from: number; to: number }[] = [];
  for (const [index, { mark }] of rows.entries()) {
    if (mark === ' ') continue;
    const last = ranges.at(-1);
    const from = Math.max(0, index - context);
    const to = Math.min(rows.length, index + context + 1);
    if (last !== undefined && from <= last.to) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges.map(({ from, to }) => rows.slice(from, to));
}

function printHunk(rows: readonly Row[], shown: { before: readonly string[]; after: readonly string[] }): string {
  const first = rows[0]!;
  const range = (start: number, count: number) => `${count === 0 ? start : start + 1}${count === 1 ? '' : `,${count}`}`;
  const before = range(first.before, rows.filter(({ mark }) => mark !== '+').length);
  const after = range(first.after, rows.filter(({ mark }) => mark !== '-').length);
  const body = rows.map((row) => {
    const line = (row.mark === '+' ? shown.after[row.after] : shown.before[row.before]) ?? '';
    return `${row.mark}${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`;
  });
  return `@@ -${before} +${after} @@\n${body.join('')}`;
}
