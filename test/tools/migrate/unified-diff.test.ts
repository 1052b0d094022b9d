import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../src/tools/migrate/text/unified-diff.js';

/** Applies a diff of one file as patch does: what it says of the old text must be so. */
function patch(before: string, diff: string): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let at = 0;
  const rows = diff.split('\n').slice(2, -1);
  for (const [index, row] of rows.entries()) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@$/.exec(row);
    const line = `${row.slice(1)}${rows[index + 1]?.startsWith('\\') ? '' : '\n'}`;
    if (header !== null) {
      const start = header[2] === '0' ? Number(header[1]) : Number(header[1]) - 1;
      while (at < start) result.push(old[at++]!);
      const count = (marks: string) => {
        const body = rows.slice(index + 1);
        const end = body.findIndex((one) => one.startsWith('@@'));
        return body.slice(0, end === -1 ? undefined : end).filter((one) => marks.includes(one[0]!)).length;
      };
      expect([count(' -'), count(' +')]).toEqual([Number(header[2] ?? 1), Number(header[4] ?? 1)]);
      expect(result.length).toBe(header[4] === '0' ? Number(header[3]) : Number(header[3]) - 1);
    } else if (row.startsWith('+')) result.push(line);
    else if (!row.startsWith('\\')) {
      expect(line).toBe(old[at]);
      if (row.startsWith(' ')) result.push(line);
      at += 1;
    }
  }
  return [...result, ...old.slice(at)].join('');
}

const text = fc
  .tuple(fc.array(fc.constantFrom('a', 'b', 'c', '', 'd\r', ' e '), { maxLength: 30 }), fc.boolean())
  .map(([lines, isOpen]) => lines.join('\n') + (isOpen || lines.length === 0 ? '' : '\n'));

describe('the unified diff', () => {
  it('turns one text into the other when it is applied', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = unifiedDiff('f', before, after);
        expect(before === after ? diff : patch(before, diff)).toBe(before === after ? '' : after);
      }),
      { numRuns: 2000 },
    );
  });

  it('is as short as can be', () => {
    const line = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), fc.array(line, { maxLength: 9 }), (before, after) => {
        const text = (lines: readonly string[]) => lines.map((one) => `${one}\n`).join('');
        const diff = unifiedDiff('f', text(before), text(after)).split('\n').slice(2);
        const changes = diff.filter((row) => /^[-+]/.test(row)).length;
        expect(changes).toBe(before.length + after.length - 2 * longestCommon(before, after));
      }),
    );
  });

  it('names a file that comes or goes, and a missing line break at the end', () => {
    expect(unifiedDiff('a/b', undefined, 'x')).toBe(
      '--- /dev/null\n+++ b/a/b\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n',
    );
    expect(unifiedDiff('a/b', 'x\ny\n', undefined)).toBe('--- a/a/b\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n');
  });

  it('of texts that have nothing in common is still made in no time', () => {
    const lines = (name: string) => Array.from({ length: 20_000 }, (_, index) => `${name} ${index}\n`).join('');
    expect(unifiedDiff('f', lines('a'), lines('b')).split('\n')).toHaveLength(40_004);
  });

  it('shows no credential, also where only the credential changed', () => {
    const diff = unifiedDiff('f', 'a: 1\nAPI_TOKEN: old\n', 'a: 1\nAPI_TOKEN: new\n');
    expect(diff).toBe('--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a: 1\n-API_TOKEN: ***\n+API_TOKEN: ***\n');
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  if (a[0] === b[0]) return 1 + longestCommon(a.slice(1), b.slice(1));
  return Math.max(longestCommon(a.slice(1), b), longestCommon(a, b.slice(1)));
}
