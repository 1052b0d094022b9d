import { describe, expect, it } from 'vitest';
import { PromqlError } from '../../src/promql/parse-promql.js';
import { listSelectors, metricNames } from '../../src/promql/selectors.js';
import { trickyQueries } from './tricky-queries.js';

describe('listSelectors', () => {
  it.each(trickyQueries)('finds the selectors of %j and their names', (text, names) => {
    expect(listSelectors(text).map(({ name }) => name)).toEqual(names);
  });

  it('reads every operator and every way to write a string', () => {
    const [selector] = listSelectors(
      `up{a="x\\n\\"y\\"", b!='it\\'s', c=~\`\\d+\`, d!~"\\u00e9\\xc3\\xa9\\303\\251\\U0001F600", "e.f"="\\a\\b\\f\\r\\t\\v\\\\"}`,
    );
    expect(selector?.matchers).toEqual([
      { label: 'a', op: '=', value: 'x\n"y"' },
      { label: 'b', op: '!=', value: "it's" },
      { label: 'c', op: '=~', value: '\\d+' },
      { label: 'd', op: '!~', value: 'ééé😀' },
      { label: 'e.f', op: '=', value: '\x07\b\f\r\t\v\\' },
    ]);
  });

  it('keeps matchers on the name among the matchers', () => {
    expect(listSelectors('{__name__="up"}')).toMatchObject([
      { name: 'up', matchers: [{ label: '__name__', op: '=', value: 'up' }] },
    ]);
  });

  it.each([
    ['up', undefined],
    ['rate(up[5m])', '5m'],
    ['rate(up[1h30m] offset 5m)', '1h30m'],
    ['rate(up [ 300 ])', '300'],
    ['max_over_time(up[1h:5m])', undefined],
    ['max_over_time(rate(up[2m])[1h:])', '2m'],
  ])('gives for %j the range %j', (text, range) => {
    expect(listSelectors(text)[0]?.range).toBe(range);
  });

  it('gives offsets of name and braces, and nothing around them', () => {
    const text = '"😀" == rate(up {a="b"} [5m] offset 1m) + down';
    expect(listSelectors(text).map(({ from, to }) => text.slice(from, to))).toEqual(['up {a="b"}', 'down']);
  });

  it('refuses text that does not parse', () => {
    expect(() => listSelectors('up{')).toThrow(PromqlError);
  });
});

describe('metricNames', () => {
  it('gives each name once, in the order of the text, and leaves out patterns', () => {
    expect(metricNames('b / (a + {__name__="b"}) * {__name__=~"c|d"} + {"e.f"}')).toEqual(['b', 'a', 'e.f']);
  });
});
