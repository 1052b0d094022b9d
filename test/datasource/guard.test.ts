import { describe, expect, test } from 'vitest';
import { ApiError } from '../../src/datasource/api-error.js';
import { endpoints } from '../../src/datasource/endpoints.js';
import { guard } from '../../src/datasource/guard.js';
import { type DatasourceLimitOptions, readLimits } from '../../src/datasource/limits.js';
import { Parameters } from '../../src/datasource/parameters.js';

const now = Date.UTC(2026, 10, 22, 12);
const hour = 3600;
const day = 24 * hour;
const year = 365 * day;

/** The form that goes on, or why none does. */
function guarded(path: string, form: string | Record<string, string>, limits: DatasourceLimitOptions = {}): string {
  const endpoint = endpoints.find((one) => one.path === path)!;
  const text = typeof form === 'string' ? form : String(new URLSearchParams(form));
  try {
    return guard(endpoint, Parameters.merge('', text), readLimits(limits), now).text;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect([error.status, error.type]).toEqual([400, 'bad_data']);
    return `${error.limit}: ${error.message}`;
  }
}

const range = (start: string | number, end: string | number, step: string | number, limits?: DatasourceLimitOptions) =>
  guarded('/query_range', { query: 'up', start: String(start), end: String(end), step: String(step) }, limits);

const allowed = /^query=up/;
const tooManyPoints =
  'points: exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)';
const tooLong = 'range: the time range is longer than the limit of 366d';
const noStep =
  'undefined: invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer';

describe('query size', () => {
  test('16 kB of PromQL pass, a byte more does not, counted after decoding', () => {
    expect(guarded('/query', `query=${'%61'.repeat(16_384)}`)).toMatch(/^query=%61/);
    expect(guarded('/query', `query=${'a'.repeat(16_385)}`)).toBe(
      'query_size: invalid parameter "query": 16385 bytes are more than the limit of 16384 bytes',
    );
    expect(guarded('/query', `query=${'%E2%82%AC'.repeat(5462)}`)).toContain('16386 bytes');
  });

  test.each(['/query', '/query_range', '/query_exemplars', '/format_query'])('%s has it for query', (path) => {
    expect(guarded(path, `query=${'a'.repeat(16_385)}`)).toMatch(/^query_size/);
  });

  test.each(['/series', '/labels', '/label/<name>/values', '/rules'])('%s has it for all match[] together', (path) => {
    const selectors = Array.from({ length: 5 }, () => `match%5B%5D=${'a'.repeat(4000)}`).join('&');
    expect(guarded(path, selectors)).toBe(
      'query_size: invalid parameter "match[]": 20000 bytes are more than the limit of 16384 bytes',
    );
  });

  test('it counts every value, so that none hides behind another', () => {
    expect(guarded('/query', `query=up&query=${'a'.repeat(16_384)}`)).toMatch(/^query_size/);
  });

  test('other parameters do not count', () => {
    expect(guarded('/query', `query=up&comment=${'a'.repeat(20_000)}`)).toMatch(allowed);
  });
});

describe('points', () => {
  test('as in Prometheus 11,001 points pass and 11,002 do not', () => {
    expect(range(0, 11_000, 1)).toMatch(allowed);
    expect(range(0, 11_000.999, 1)).toMatch(allowed);
    expect(range(0, 11_001, 1)).toBe(tooManyPoints);
  });

  test.each([
    ['fractions', 1700000000.5, 1700000550.5, 0.05],
    ['durations', 0, 158_400_000, '4h'],
    ['RFC 3339', '2026-01-01T00:00:00Z', '2026-01-01T03:03:20Z', '1s'],
    ['milliseconds', 0, 11, '1ms'],
    ['hexadecimal numbers', '0x0p0', '0x2af8p0', '0x1p0'],
  ])('times and steps count in every notation: %s', (_, start, end, step) => {
    expect(range(start, end, step, { range: '100y' })).toMatch(allowed);
    const shorter = typeof step === 'number' ? step * 0.999 : { '4h': '3h59m', '1s': '999ms', '1ms': '0.0009' }[step];
    expect(range(start, end, shorter ?? '0x.8p0', { range: '100y' })).toBe(tooManyPoints);
  });

  test('an end that is not given is now, and a year at 1 s is too many', () => {
    expect(guarded('/query_range', 'query=up&start=0&step=1')).toBe(tooManyPoints);
    expect(range(now / 1000 - year, now / 1000, 1)).toBe(tooManyPoints);
    expect(range('-1y', 'now', 1)).toBe(tooManyPoints);
  });
});

describe('longest range', () => {
  test('a year passes, two do not', () => {
    expect(range(0, year, hour)).toMatch(allowed);
    expect(range(0, 2 * year, 6 * hour)).toBe(tooLong);
    expect(range(0, 'Inf', 'Inf')).toBe(tooLong);
  });

  test('exemplars are asked for in milliseconds by Grafana: they have none', () => {
    const probe = { query: 'test', start: String(now - day * 1000), end: String(now) };
    expect(guarded('/query_exemplars', probe)).toBe(String(new URLSearchParams(probe)));
  });

  test('neither has a range that ends before it starts: the upstream refuses that', () => {
    expect(range(10, 0, 0)).toMatch(allowed);
  });
});

describe('what cannot be meant', () => {
  test.each(['0', '-1', 'NaN', '-Inf', '0s', '-0'])('step %s is refused as by Prometheus', (step) => {
    expect(range(0, 10, step)).toBe(noStep);
  });

  test('NaN is no time', () => {
    expect(range('NaN', 10, 1)).toBe('undefined: invalid parameter "start": cannot parse "NaN" to a valid timestamp');
    expect(range(0, 'nan', 1)).toBe('undefined: invalid parameter "end": cannot parse "nan" to a valid timestamp');
  });

  test('what we cannot read is for the upstream to refuse, in its own words', () => {
    for (const start of ['abc', '']) expect(range(start, 10, 1)).toMatch(allowed);
    expect(range(0, 10, 'abc')).toMatch(allowed);
    expect(range(0, 10, '')).toMatch(allowed);
  });
});

describe('timeout', () => {
  test.each(['/query', '/query_range'])('%s: a longer one is cut to the limit', (path) => {
    expect(guarded(path, 'query=up&timeout=1h')).toBe('query=up&timeout=120');
    expect(guarded(path, 'timeout=Inf&query=up&timeout=5')).toBe('query=up&timeout=120');
    expect(guarded(path, 'query=up&timeout=121', { timeout: '30s' })).toBe('query=up&timeout=30');
  });

  test('a shorter one, and one that we cannot read, go on as they are', () => {
    for (const timeout of ['2m', '60s', '0.5', 'abc', '']) {
      expect(guarded('/query', `query=up&timeout=${timeout}`)).toBe(`query=up&timeout=${timeout}`);
    }
    expect(guarded('/query', 'query=up')).toBe('query=up');
  });
});

test('what Grafana asks for by default is within every limit', () => {
  const to = Math.floor(now / 1000);
  for (const [from, step] of [
    [to - 6 * hour, 15],
    [to - 90 * day, 3 * hour],
    [to - year, 6 * hour],
  ] as const) {
    expect(range(from, to, step)).toMatch(allowed);
  }
  expect(guarded('/query', 'query=1%2B1&time=4')).toBe('query=1%2B1&time=4');
  expect(guarded('/labels', `start=0&end=${to}&limit=40000`)).toBe(`start=0&end=${to}&limit=40000`);
});
