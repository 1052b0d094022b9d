import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { code, escapeText, table } from '../../src/docs/markdown.js';
import { anyText } from '../render/arbitrary-families.js';

const marks = [
  '<',
  '>',
  '&lt;',
  '|',
  '\\',
  '\\|',
  '`',
  '``',
  '*',
  '_',
  '[a](b)',
  '![a](b)',
  '<script>',
  '\n',
  '\r\n',
  '- ',
  '#',
  '1. ',
];
const hostile = fc.oneof(
  anyText,
  fc.array(fc.constantFrom(...marks, 'a', ' '), { maxLength: 8 }).map((parts) => parts.join('')),
);

/** Cells of a table row as GFM splits it: at every pipe that no backslash precedes. */
function cellsOf(row: string): string[] {
  return row.split(/(?<!\\)\|/u).slice(1, -1);
}

describe('escapeText', () => {
  test.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
    ['a|b\\|c', 'a&#124;b\\\\&#124;c'],
    ['`code` **bold** _it_ ~~no~~', '\\`code\\` \\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~'],
    ['[here](javascript:x) ![i](u)', '\\[here\\](javascript:x) !\\[i\\](u)'],
    ['one\r\ntwo\n\nthree\u0000\u001b[0m', 'one two three \\[0m'],
    ['  # title', '\\# title'],
    ['- item', '\\- item'],
    ['12) item', '12\\) item'],
    ['a - b # 1. c', 'a - b # 1. c'],
    ['$x$', '\\$x\\$'],
    ['rate 0–1, déjà vu', 'rate 0–1, déjà vu'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });

  test('leaves no mark of HTML, tables, code or blocks unescaped', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeText(text);
        expect(escaped).not.toMatch(/[<>|\p{Cc}\u2028\u2029]/u);
        expect(escaped).not.toMatch(/&(?!amp;|lt;|gt;|#124;)/u);
        expect(escaped.replace(/\\[\\`*_[\]~$#+=.)-]/gu, '')).not.toMatch(/[\\`*_[\]~$]/u);
        expect(escaped).not.toMatch(/^(?:\s|[#+=-]|\d+[.)])/u);
      }),
    );
  });
});

describe('code', () => {
  test.each([
    ['rate(x[5m])', '`rate(x[5m])`'],
    ['a`b', '``a`b``'],
    ['a``b`c', '```a``b`c```'],
    ['`a', '`` `a ``'],
    ['a`', '`` a` ``'],
    [' a ', '`  a  `'],
    ['  ', '`  `'],
    ['<b>|*', '`<b>|*`'],
    ['one\ntwo', '`one two`'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  test('makes a span that ends where it should and holds the whole text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = code(text);
        fc.pre(span !== '');
        const [, fence = '', content = ''] = /^(`+)([^`](?:.*[^`])?)\1$/su.exec(span) ?? [];
        expect(fence).not.toBe('');
        expect(content.match(/`+/gu) ?? []).not.toContain(fence);
        const padded = content.startsWith(' ') && content.endsWith(' ') && content.trim() !== '';
        expect(padded ? content.slice(1, -1) : content).toBe(text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '));
      }),
    );
  });
});

describe('table', () => {
  test('has a header, a rule and one line for each row', () => {
    expect(
      table(
        ['Name', 'Unit'],
        [
          ['a', 's'],
          ['b', ''],
        ],
      ),
    ).toBe('| Name | Unit |\n| --- | --- |\n| a | s |\n| b |  |\n');
    expect(table(['Name'], [])).toBe('| Name |\n| --- |\n');
  });

  test('escapes pipes inside of cells, also behind backslashes', () => {
    expect(table(['x'], [[code('a|b')], [code('a\\|b')], [code('a\\\\|b')]])).toBe(
      '| x |\n| --- |\n| `a\\|b` |\n| `a\\\\\\|b` |\n| `a\\\\\\|b` |\n',
    );
  });

  test('keeps each row in one line', () => {
    expect(table(['a\nb'], [['c\r\nd']])).toBe('| a b |\n| --- |\n| c d |\n');
  });

  test('keeps its shape, whatever text or code is in the cells', () => {
    fc.assert(
      fc.property(hostile, hostile, (first, second) => {
        const lines = table(['a', 'b'], [[escapeText(first), code(second)]]).split('\n');
        expect(lines).toHaveLength(4);
        const cells = cellsOf(lines[2]!);
        expect(cells).toHaveLength(2);
        expect(cells[0]).not.toMatch(/[<>|]/u);
        // Readers that count the backslashes must not see a delimiter either.
        for (const [run] of lines[2]!.slice(1, -1).matchAll(/\\+(?=\|)/gu)) expect(run.length % 2).toBe(1);
      }),
    );
  });
});
