import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unquotePromql } from '../../../../src/promql/string-literal.js';
import { interpolate, type Resolved, referencesIn } from '../../../../src/tools/check/dashboards/interpolate.js';

const single = (value: string): Resolved => ({ value, several: false, verbatim: false });
const list = (...value: string[]): Resolved => ({ value, several: true, verbatim: false });
const verbatim = (value: string): Resolved => ({ value, several: true, verbatim: true });

/** `${…}`, of which a linter would think that it was meant for JavaScript. */
const braced = (inside: string): string => `$\{${inside}}`;

function filled(text: string, variable: Resolved): string {
  return interpolate(text, new Map([['v', variable]]));
}

describe('a variable in a query', () => {
  it.each(['$v', braced('v'), '[[v]]', braced('v.text')])('is filled in where it is written %s', (written) => {
    expect(filled(`up{job="${written}"}`, single('gateway'))).toBe('up{job="gateway"}');
  });

  it('is left as it stands where nobody defines it', () => {
    expect(filled(`up{job="$other"} + ${braced('w:csv')}`, single('x'))).toBe(`up{job="$other"} + ${braced('w:csv')}`);
    expect(referencesIn(`$a ${braced('b:csv')} [[c]]`)).toEqual(['a', 'b', 'c']);
  });

  it('that stands for all by a text of its own has the variables in that text filled in, but not itself', () => {
    const variables = new Map([
      ['pods', verbatim('$cluster-[0-9]+|$pods')],
      ['cluster', single('eu')],
    ]);
    expect(interpolate('up{pod=~"$pods"}', variables)).toBe('up{pod=~"eu-[0-9]+|$pods"}');
  });

  it('with several values becomes a pattern, with one of a list its text, and both are escaped for pattern and string', () => {
    expect(filled('$v', list('a.b', 'c'))).toBe('(a\\\\.b|c)');
    expect(filled('$v', list('a.b'))).toBe('a\\\\.b');
    expect(filled('$v', { value: 'a.b', several: true, verbatim: false })).toBe('a\\\\.b');
  });

  it('with one value only is no pattern', () => {
    expect(filled('$v', single('a.b|c'))).toBe('a.b|c');
    expect(filled('$v', single('a\\b'))).toBe('a\\\\b');
  });

  it('that stands for all as somebody wrote it is not touched', () => {
    expect(filled('$v', verbatim('.*'))).toBe('.*');
    expect(filled(braced('v:regex'), verbatim('.*'))).toBe('.*');
  });

  it.each([
    ['raw', 'a.b,c'],
    ['csv', 'a.b,c'],
    ['pipe', 'a.b|c'],
    ['regex', '(a\\.b|c)'],
    ['glob', '{a.b,c}'],
    ['json', '["a.b","c"]'],
    ['doublequote', '"a.b","c"'],
    ['singlequote', "'a.b','c'"],
    ['text', 'a.b + c'],
    ['sqlstring', "'a.b','c'"],
    ['unheard-of', '{a.b,c}'],
  ])('in the format %s is %s', (format, expected) => {
    expect(filled(braced(`v:${format}`), list('a.b', 'c'))).toBe(expected);
    if (!format.includes('-')) expect(filled(`[[v:${format}]]`, list('a.b', 'c'))).toBe(expected);
  });

  it('of a time is a date where one is asked for', () => {
    const from = verbatim('1795400000000');
    expect(filled([braced('v'), braced('v:date:seconds'), braced('v:date')].join(' '), from)).toBe(
      '1795400000000 1795400000 2026-11-23T02:13:20.000Z',
    );
  });

  it('is, inside a string and a pattern, exactly the text that it stands for, whatever that is', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab0.*+?()[]{}|^$\\- '), minLength: 1 });
    fc.assert(
      fc.property(text, text, (first, second) => {
        const read = unquotePromql(`"${filled('$v', list(first, second))}"`);
        if (!('value' in read)) throw new Error(read.problem);
        const pattern = new RegExp(`^(?:${read.value})$`);
        expect(pattern.test(first) && pattern.test(second)).toBe(true);
        expect(pattern.test(`${first}x`)).toBe(second === `${first}x`);
      }),
    );
  });
});
