import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acceptedEncoding, header, matchesTag, wantsOpenMetrics } from '../../src/http/negotiate.js';

const openMetrics = 'application/openmetrics-text';

describe('OpenMetrics is the answer', () => {
  test.each([
    [openMetrics],
    [`${openMetrics}; version=1.0.0`],
    [`${openMetrics};version="1.0.0";charset=utf-8`],
    ['Application/OpenMetrics-Text; Version=1.0.0; Q=0.5'],
    [`${openMetrics};q=0.001`],
    [`text/plain;q=0.5,${openMetrics};q=0.5`],
    [`text/plain;version=1.0.0;q=1,${openMetrics};q=0.1`],
    [`text/html, ${openMetrics};q=0.9, */*;q=0.8`],
    [`text/plain;q=0.3,${openMetrics};q=0.5,*/*`],
    // What Prometheus 2 and 3 send.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    ],
  ])('to %j', (accept) => {
    expect(wantsOpenMetrics(accept)).toBe(true);
  });
});

describe('plain text is the answer', () => {
  test.each([
    [''],
    ['*/*'],
    ['text/plain'],
    ['text/html,application/xhtml+xml,*/*;q=0.8'],
    ['junk'],
    [';;;,,,=q'],
    [`${openMetrics};q=0`],
    [`${openMetrics};q=0.0`],
    [`${openMetrics};q=nonsense`],
    [`${openMetrics};q=7`],
    [`${openMetrics};version=0.0.1`],
    [`${openMetrics};version=2.0.0`],
    [`${openMetrics};q=0.5,text/plain;q=0.9`],
    [`${openMetrics};q=0.5,text/plain;version=0.0.4`],
    [`${openMetrics};q=0.5,*/*`],
    [`${openMetrics};q=0.5,text/*;q=0.6,*/*;q=0.1`],
    [`${openMetrics};q=0.5,TEXT/*`],
    [`x-${openMetrics}`],
    ['application/openmetrics-texts'],
  ])('to %j', (accept) => {
    expect(wantsOpenMetrics(accept)).toBe(false);
  });
});

describe('gzip is used', () => {
  test.each([
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['x-gzip', 'gzip'],
    ['gzip;q=0.1', 'gzip'],
    ['br, zstd, gzip;q=0.5', 'gzip'],
    ['deflate,gzip;q=1.0,*;q=0.5', 'gzip'],
    ['', 'identity'],
    ['identity', 'identity'],
    ['br', 'identity'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0.000', 'identity'],
    ['gzip;q=x', 'identity'],
    ['ungzip', 'identity'],
    ['*', 'identity'],
  ] as const)('for %j: %s', (acceptEncoding, encoding) => {
    expect(acceptedEncoding(acceptEncoding)).toBe(encoding);
  });
});

describe('a tag is matched', () => {
  test.each([
    ['"abc"', true],
    ['W/"abc"', true],
    ['"x", "abc"', true],
    ['"x",W/"abc" ,"y"', true],
    ['*', true],
    [' * ', true],
    ['', false],
    ['"abcd"', false],
    ['abc', false],
    ['w/"abc"', false],
    ['"x", "y"', false],
    ['**', false],
  ])('by %j: %s', (ifNoneMatch, matches) => {
    expect(matchesTag(ifNoneMatch, '"abc"')).toBe(matches);
  });
});

test('several fields of one name are one list', () => {
  const request = (value: string | readonly string[] | undefined) => ({
    method: 'GET',
    url: '/',
    headers: { a: value },
  });
  expect([header(request('x'), 'a'), header(request(['x', 'y']), 'a'), header(request(undefined), 'a')]).toEqual([
    'x',
    'x, y',
    '',
  ]);
});

test('no header makes negotiation throw', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z*/;=",. q0-9-]*$/));
  fc.assert(
    fc.property(text, (value) => {
      expect(typeof wantsOpenMetrics(`${openMetrics}${value}`)).toBe('boolean');
      expect(['gzip', 'identity']).toContain(acceptedEncoding(`gzip${value}`));
      expect(typeof matchesTag(value, '"abc"')).toBe('boolean');
    }),
  );
});
