import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Parameters } from '../../src/datasource/parameters.js';

describe('merging', () => {
  test('the body stands before the URL: its value counts, and lists have both', () => {
    const merged = Parameters.merge('query=2&match[]=b', 'query=1&match%5B%5D=a&time=4');
    expect(merged.first('query')).toBe('2');
    expect(merged.first('time')).toBe('4');
    expect(merged.size('match[]')).toBe(2);
    expect(merged.text).toBe('query=2&match[]=b&query=1&match%5B%5D=a&time=4');
  });

  test('text goes on byte by byte, also what we do not understand', () => {
    const text = 'a&&=&%zz=1&b;c=2&d=%C3%A9+x&e=\xff\xe9&__proto__=1';
    expect(Parameters.merge(text, '').text).toBe(text);
    expect(Parameters.merge('', text).text).toBe(text);
  });

  test('an empty side adds nothing', () => {
    expect(Parameters.merge('', '').text).toBe('');
    expect(Parameters.merge('a=1', '').text).toBe('a=1');
  });
});

describe('reading', () => {
  test('pairs with a semicolon or a broken escape do not exist, as in Go: the next of the name counts', () => {
    for (const broken of ['step=1;x', 'step=%', 'step=%4', 'step=%zz', 'st%ep=1', 'step=1&;step=7']) {
      expect(Parameters.merge(`${broken}&step=2`, '').first('step'), broken).toBe(
        broken.startsWith('step=1&') ? '1' : '2',
      );
    }
  });

  test('names may be written in any way that decodes to them', () => {
    expect(Parameters.merge('%71uery=up', '').first('query')).toBe('up');
    expect(Parameters.merge('a+b=1', '').first('a b')).toBe('1');
  });

  test('an absent parameter and an empty one are the same', () => {
    for (const text of ['', 'time', 'time=']) expect(Parameters.merge(text, '').first('time')).toBe('');
  });

  test('size counts bytes after decoding, of every value', () => {
    expect(Parameters.merge('query=%E2%82%AC&query=%ff%FE&query=\xe9', '').size('query')).toBe(6);
  });

  test('well-formed forms are read as URLSearchParams reads them', () => {
    const names = fc.constantFrom('query', 'time', 'match[]', 'a b');
    const pairs = fc.array(fc.tuple(names, fc.string({ unit: 'grapheme' })), { maxLength: 6 });
    fc.assert(
      fc.property(pairs, pairs, (body, query) => {
        const bodyForm = new URLSearchParams(body);
        const queryForm = new URLSearchParams(query);
        const expected = new URLSearchParams([...bodyForm, ...queryForm]);
        const merged = Parameters.merge(String(bodyForm), String(queryForm));
        expect([...new URLSearchParams(merged.text)]).toEqual([...expected]);
        for (const name of expected.keys()) {
          expect(merged.first(name)).toBe(expected.get(name));
          const bytes = expected.getAll(name).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
          expect(merged.size(name)).toBe(bytes);
        }
      }),
    );
  });
});

test('a replaced parameter is there once, and nothing else has changed', () => {
  const changed = Parameters.merge('timeout=1h&query=a%20b', 'x=%zz&%74imeout=2h&y').with('timeout', '120');
  expect(changed.text).toBe('query=a%20b&y&timeout=120');
  expect(changed.first('timeout')).toBe('120');
});
