import { describe, expect, it } from 'vitest';
import { interpolate, stepOf } from './interpolate.js';

const time = { from: 0, to: 3_600_000, width: 960, scrapeInterval: 15_000, minStep: 15_000 };
const none = new Map();

describe('stepOf', () => {
  it('is a point per pixel at most, rounded to a usual step, never below the least', () => {
    expect(stepOf(time)).toBe(15_000);
    expect(stepOf({ ...time, minStep: 30_000 })).toBe(30_000);
    expect(stepOf({ ...time, to: 24 * 3_600_000 })).toBe(60_000 * 2);
    expect(stepOf({ ...time, to: 30 * 24 * 3_600_000 })).toBe(3_600_000);
  });
});

describe('interpolate', () => {
  it('fills in steps and ranges', () => {
    expect(interpolate('rate(x[$__rate_interval]) + rate(x[$__interval]) + rate(x[$__range])', time, none)).toBe(
      'rate(x[60s]) + rate(x[15s]) + rate(x[3600s])',
    );
    expect(interpolate('rate(x[$__rate_interval])', { ...time, minStep: 60_000 }, none)).toBe('rate(x[75s])');
  });

  it('makes a pattern of chosen values, with special characters escaped for the pattern and for the string', () => {
    const chosen = new Map([
      ['one', { values: ['llama-3.3'] }],
      ['two', { values: ['a|b', 'c'] }],
      ['all', { all: '.*' }],
    ]);
    expect(interpolate('x{a=~"$one",b=~"$two",c=~"$all"}', time, chosen)).toBe(
      String.raw`x{a=~"llama-3\\.3",b=~"(a\\|b|c)",c=~".*"}`,
    );
  });

  it('refuses a variable that nobody has', () => {
    expect(() => interpolate('x{a="$provider"}', time, none)).toThrow('$provider');
  });
});
