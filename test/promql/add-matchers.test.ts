import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMatchers } from '../../src/promql/add-matchers.js';
import { PromqlError, parsePromql } from '../../src/promql/parse-promql.js';
import { listSelectors } from '../../src/promql/selectors.js';
import { anyMatchers } from './any-matchers.js';
import { trickyQueries } from './tricky-queries.js';

describe('addMatchers', () => {
  it.each([
    ['up', 'up{env="p"}'],
    ['{}', '{env="p"}'],
    ['up{}', 'up{env="p"}'],
    ['up{job="a"}', 'up{job="a",env="p"}'],
    ['up{job="a",}', 'up{job="a",env="p",}'],
    ['{"http.requests"}', '{"http.requests",env="p"}'],
    ['rate(up[5m] offset 1h @ end())', 'rate(up{env="p"}[5m] offset 1h @ end())'],
    ['max_over_time(up[1h:5m])', 'max_over_time(up{env="p"}[1h:5m])'],
    ['sum by (le) (x) or on (y) z', 'sum by (le) (x{env="p"}) or on (y) z{env="p"}'],
    ['label_replace(up, "a", "$1", "b", "up{}")', 'label_replace(up{env="p"}, "a", "$1", "b", "up{}")'],
    ['up # {}\n{ # }\n}', 'up # {}\n{env="p" # }\n}'],
    ['up{job="a" # b="c"\n}', 'up{job="a",env="p" # b="c"\n}'],
    ['vector(1)', 'vector(1)'],
  ])('makes of %j %j', (text, expected) => {
    expect(addMatchers(text, ['env="p"'])).toBe(expected);
  });

  it('takes strings of several matchers, and matchers as data, in the order given', () => {
    expect(addMatchers('up', ['a="1",b!="2"', { label: 'c.d', op: '=~', value: '"' }])).toBe(
      'up{a="1",b!="2","c.d"=~"\\""}',
    );
  });

  it.each(trickyQueries)('leaves %j as it is when there is nothing to add', (text) => {
    expect(addMatchers(text, [])).toBe(text);
    expect(addMatchers(text, [''])).toBe(text);
  });

  it('adds to every selector whatever the matchers are, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...trickyQueries.map(([text]) => text)), anyMatchers, (text, matchers) => {
        const result = addMatchers(text, matchers);
        const before = listSelectors(text);
        const after = listSelectors(result);
        expect(after.map((selector) => selector.matchers)).toEqual(
          before.map((selector) => [...selector.matchers, ...matchers]),
        );
        expect(after.map(({ name, range }) => ({ name, range }))).toEqual(
          before.map(({ name, range }) => ({ name, range })),
        );
        expect(outside(result, after)).toEqual(outside(text, before));
        expect(shape(result)).toEqual(shape(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a query or a matcher that does not parse', () => {
    expect(() => addMatchers('up{', ['env="p"'])).toThrow(PromqlError);
    expect(() => addMatchers('up', ['env="p"} or {env="q"'])).toThrow(PromqlError);
    expect(() => addMatchers('up{', [])).toThrow(PromqlError);
  });
});

/** The pieces of text between selectors. */
function outside(text: string, selectors: readonly { from: number; to: number }[]): string[] {
  const ends = [0, ...selectors.map(({ to }) => to)];
  return ends.map((end, index) => text.slice(end, selectors[index]?.from ?? text.length));
}

/** Node names of the tree without what is within selectors. */
function shape(text: string): string[] {
  const names: string[] = [];
  parsePromql(text).tree.iterate({
    enter(node) {
      names.push(node.name);
      return node.name !== 'VectorSelector';
    },
  });
  return names;
}
