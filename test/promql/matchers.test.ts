import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMatchers, parseMarker, parseMatchers } from '../../src/promql/matchers.js';
import { formatFault, PromqlFault } from '../../src/promql/parse-promql.js';
import { anyMatchers } from './any-matchers.js';

function faultOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof PromqlFault) return formatFault(error);
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
    ['env="a', 'this string has no end (line 1, column 5)\nenv="a\n    ^'],
    ['env="a",\njob:x="b"', 'unexpected ":x" (line 2, column 4)\njob:x="b"\n   ^'],
    ['up', 'unexpected end of the text (line 1, column 3)\nup\n  ^'],
    ['up{env="a"}', 'unexpected "{" (line 1, column 3)\nup{env="a"}\n  ^'],
    ['env="a" or env="b"', 'unexpected "or" (line 1, column 9)\nenv="a" or env="b"\n        ^'],
  ])('refuses %j and shows where', (text, fault) => {
    expect(faultOf(() => parseMatchers(text))).toBe(fault);
  });

  it.each([
    'env="a"} or {env="b"',
    'env="a"} # ',
    '{env="a"} or {env="b"}',
    '{env="a"}[5m]',
    '{env="a"} offset 5m',
    '-{env="a"}',
  ])('refuses %j, which would be more than matchers', (text) => {
    expect(() => parseMatchers(text)).toThrow(PromqlFault);
  });

  it.each(['__name__="up"', 'env="a",__name__=~"u.*"', '"up"', '{"up"}', '"__name__"="up"'])(
    'refuses the metric name in %j',
    (text) => {
      expect(faultOf(() => parseMatchers(text))).toContain('this is for the metric name');
    },
  );

  it('points at the matcher on the metric name', () => {
    expect(faultOf(() => parseMatchers('env="a",__name__="b"'))).toMatch(/column 9\)\n.*\n {8}\^$/);
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
    ['{}', 'exactly one matcher was expected'],
    ['a="b",c="d"', 'exactly one matcher was expected'],
    ['a!="b"', 'a marker is set with "=", not with "!="'],
    ['a=~"b"', 'a marker is set with "=", not with "=~"'],
    ['a=""', 'an empty value is the same as no label'],
    ['"a.b"="c"', 'the label name must be of letters, digits and _'],
    ['__a="b"', 'label names that begin with __ are for Prometheus itself'],
    ['__name__="b"', 'matchers on labels were expected, this is for the metric name'],
    ['a=b', 'unexpected "b"'],
    ...['le', 'quantile', 'job', 'instance', 'model', 'provider', 'status', 'status_code', 'exception_type'].map(
      (label): [string, string] => [`${label}="b"`, `the label "${label}" has another meaning here`],
    ),
    ['cache_type="b"', 'the label "cache_type" has another meaning here'],
  ])('refuses %j', (text, message) => {
    expect(faultOf(() => parseMarker(text))).toContain(message);
  });
});
