import { structuredPatch } from 'diff';
import { maskSecrets } from './mask-secrets.js';

/** Maximum number of changed lines for which the shortest diff is computed. */
const maximumChanges = 4000;

/**
 * Unified diff with three lines of context, credentials as `***`; empty for equal texts. Undefined stands for a missing
 * file.
 */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return '';
  const shown = { before: maskSecrets(before ?? '').split('\n'), after: maskSecrets(after ?? '').split('\n') };
  const head = [
    `--- ${before === undefined ? '/dev/null' : `a/${path}`}\n`,
    `+++ ${after === undefined ? '/dev/null' : `b/${path}`}\n`,
  ];
  return [...head, ...hunksOf(before ?? '', after ?? '').map((hunk) => printHunk(hunk, shown))].join('');
}

type Hunk = ReturnType<typeof structuredPatch>['hunks'][number];

function hunksOf(before: string, after: string): readonly Hunk[] {
  const options = { context: 3, maxEditLength: maximumChanges };
  return structuredPatch('', '', before, after, '', '', options)?.hunks ?? [replaceAll(before, after)];
}

/** One hunk that replaces every line. */
function replaceAll(before: string, after: string): Hunk {
  const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const marked = (mark: string, lines: readonly string[]) =>
    lines.flatMap((line) =>
      line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file'],
    );
  return {
    oldStart: 1,
    oldLines: old.length,
    newStart: 1,
    newLines: fresh.length,
    lines: [...marked('-', old), ...marked('+', fresh)],
  };
}

/** Prints a hunk with the masked lines in the place of the real ones. */
function printHunk(hunk: Hunk, shown: { before: readonly string[]; after: readonly string[] }): string {
  const { oldStart, oldLines, newStart, newLines, lines } = hunk;
  const place = { before: oldStart - 1, after: newStart - 1 };
  const body = lines.map((line) => {
    const mark = line[0];
    if (mark === '\\') return `${line}\n`;
    const text = mark === '+' ? shown.after[place.after] : shown.before[place.before];
    if (mark !== '+') place.before += 1;
    if (mark !== '-') place.after += 1;
    return `${mark}${text ?? ''}\n`;
  });
  const range = (start: number, count: number) => `${count === 0 ? start - 1 : start}${count === 1 ? '' : `,${count}`}`;
  return `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@\n${body.join('')}`;
}
