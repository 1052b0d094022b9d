import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMatchers, parseMarker, parseMatchers } from '../../src/promql/matchers.js';
import { formatPromqlError, PromqlError } from '../../src/promql/parse-promql.js';
import { anyMatchers } from './any-matchers.js';

function errorOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof PromqlError) return formatPromqlError(error);
    throw error;
  }
  throw new Error('no fault');
}

describe('parseMatchers', () => {
  const expected = [
    { label: 'env', op: '=', value: 'production' },
    { label: 'job', op: '=~', value: 'a|b' },
  ];
  it.each([
    'env="production",job=~"a|b"',
    '{env="production",job=~"a|b"}',
    ' { env = "production" , job =~ "a|b" , } ',
    "env='production',job=~`a|b`,",
    'env="production", # the one\njob=~"a|b" # and its jobs',
  ])('reads %j', (text) => {
    expect(parseMatchers(text)).toEqual(expected);
  });

  it.each(['', ' ', '{}', '{ }', '# nothing'])('finds no matchers in %j', (text) => {
    expect(parseMatchers(text)).toEqual([]);
  });

  it('reads label names that need quotes', () => {
    expect(parseMatchers('"service.name"!="a"')).toEqual([{ label: 'service.name', op: '!=', value: 'a' }]);
  });

  it.each([
    ['env=production', 'unexpected "production" (line 1, column 5)\nenv=production\n    ^'],
    ['env=', 'unexpected end of the text (line 1, column 5)\nenv=\n    ^'],
    ['{env="a"', 'unexpected end of the text (line 1, column 9)\n{env="a"\n        ^'],
    ['env="a"}', 'unexpected "}" (line 1, column 8)\nenv="a"}\n       ^'],
    ['env="a', 'unterminated string (line 1, column 5)\nenv="a\n    ^'],
    ['env="a",\njob:x="b"', 'unexpected ":x" (line 2, column 4)\njob:x="b"\n   ^'],
    ['up', 'unexpected end of the text (line 1, column 3)\nup\n  ^'],
    ['up{env="a"}', 'unexpected "{" (line 1, column 3)\nup{env="a"}\n  ^'],
    ['env="a" or env="b"', 'unexpected "or" (line 1, column 9)\nenv="a" or env="b"\n        ^'],
  ])('refuses %j and shows where', (text, fault) => {
    expect(errorOf(() => parseMatchers(text))).toBe(fault);
  });

  it.each([
    'env="a"} or {env="b"',
    'env="a"} # ',
    '{env="a"} or {env="b"}',
    '{env="a"}[5m]',
    '{env="a"} offset 5m',
    '-{env="a"}',
  ])('refuses %j, which would be more than matchers', (text) => {
    expect(() => parseMatchers(text)).toThrow(PromqlError);
  });

  it.each(['__name__="up"', 'env="a",__name__=~"u.*"', '"up"', '{"up"}', '"__name__"="up"'])(
    'refuses the metric name in %j',
    (text) => {
      expect(errorOf(() => parseMatchers(text))).toContain('got a metric name');
    },
  );

  it('points at the matcher on the metric name', () => {
    expect(errorOf(() => parseMatchers('env="a",__name__="b"'))).toMatch(/column 9\)\n.*\n {8}\^$/);
  });
});

describe('formatMatchers', () => {
  it('writes one line, quoting what needs quotes', () => {
    expect(
      formatMatchers([
        { label: 'env', op: '=', value: 'a"b\\c\nd\u0000\ufffd' },
        { label: 'service.name', op: '!~', value: 'é😀' },
      ]),
    ).toBe('env="a\\"b\\\\c\\nd\\u0000\\ufffd","service.name"!~"é😀"');
  });

  it('writes nothing for no matchers', () => {
    expect(formatMatchers([])).toBe('');
  });

  it('is undone by parseMatchers, whatever the values are', () => {
    fc.assert(
      fc.property(anyMatchers, (matchers) => {
        const text = formatMatchers(matchers);
        expect(text).not.toMatch(/[\p{Cc}\ufffd]/u);
        expect(parseMatchers(text)).toEqual(matchers);
        expect(parseMatchers(`{${text}}`)).toEqual(matchers);
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseMarker', () => {
  it.each(['reexported_by="gatewayz-metrics"', ' { reexported_by = `gatewayz-metrics` , } '])('reads %j', (text) => {
    expect(parseMarker(text)).toEqual({ label: 'reexported_by', value: 'gatewayz-metrics' });
  });

  it.each(['', ' \n '])('takes %j for none', (text) => {
    expect(parseMarker(text)).toBeUndefined();
  });

  it.each([
    ['{}', 'expected exactly one matcher'],
    ['a="b",c="d"', 'expected exactly one matcher'],
    ['a!="b"', 'expected the operator "=", got "!="'],
    ['a=~"b"', 'expected the operator "=", got "=~"'],
    ['a=""', 'expected a value: an empty label value equals no label'],
    ['"a.b"="c"', 'expected a label name of letters, digits and _'],
    ['__a="b"', 'label names beginning with __ are reserved for Prometheus'],
    ['__name__="b"', 'expected label matchers, got a metric name'],
    ['a=b', 'unexpected "b"'],
    ...['le', 'quantile', 'job', 'instance', 'model', 'provider', 'status', 'status_code', 'exception_type'].map(
      (label): [string, string] => [`${label}="b"`, `the label "${label}" is in use and cannot be the marker`],
    ),
    ['cache_type="b"', 'the label "cache_type" is in use and cannot be the marker'],
  ])('refuses %j', (text, message) => {
    expect(errorOf(() => parseMarker(text))).toContain(message);
  });
});
