import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../src/duration.js';
import { GatewayzMetricsError } from '../src/errors.js';

describe('parseDuration', () => {
  it.each([
    ['5s', 5000],
    ['100ms', 100],
    ['1h30m', 5_400_000],
    ['1y2w3d4h5m6s7ms', 31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_400_000 + 300_000 + 6007],
    ['90m', 5_400_000],
    ['0', 0],
    ['0s', 0],
  ])('reads %j', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '5', '1.5h', '-5s', '30m1h', '5s5s', '5 s', ' 5s', '5S', 's', '1e3s', 'five'])(
    'returns undefined for %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [5000, '5s'],
    [5_400_000, '1h30m'],
    [90_061_001, '1d1h1m1s1ms'],
    [31_536_000_000, '365d'],
  ])('writes %i ms as %j', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (milliseconds) => {
    expect(() => formatDuration(milliseconds)).toThrow(GatewayzMetricsError);
  });

  it('is undone by parseDuration', () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(), fc.nat({ max: 10 ** 12 })), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});
