import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RefreshInterval } from '../../src/snapshot/refresh-interval.js';

function refreshed(...refreshes: readonly number[]): RefreshInterval {
  const interval = new RefreshInterval(5_000, 60_000);
  for (const seconds of refreshes) {
    interval.begin();
    interval.add(seconds);
  }
  return interval;
}

describe('the effective interval', () => {
  test.each([
    [0, 5_000],
    [1.25, 5_000],
    [1.26, 10_000],
    [5, 20_000],
    [15, 60_000],
    [31.4, 60_000],
    [1e9, 60_000],
  ])('after a first refresh of %d query seconds is %i ms', (seconds, expected) => {
    expect(refreshed(seconds).milliseconds).toBe(expected);
  });

  test('counts all that is queried at one evaluation timestamp', () => {
    const interval = refreshed(1);
    interval.add(1);
    expect(interval.milliseconds).toBe(10_000);
  });

  test('is not made longer by a stall, and is by an upstream that stays slow', () => {
    expect(refreshed(0.1, 0.1, 0.1, 30).milliseconds).toBe(5_000);
    expect(refreshed(0.1, 0.1, 0.1, 30, 0.1).milliseconds).toBe(5_000);
    expect(refreshed(0.1, 0.1, 0.1, 30, 30).milliseconds).toBe(5_000);
    expect(refreshed(0.1, 0.1, 0.1, 30, 30, 30).milliseconds).toBe(60_000);
  });

  test('is short again with the first refresh that is cheap', () => {
    expect(refreshed(30, 30, 30, 30, 30, 0.1).milliseconds).toBe(5_000);
  });

  test('is not made shorter by a refresh that failed, as far as the age of values is concerned', () => {
    const interval = refreshed(5, 5, 0);
    expect([interval.milliseconds, interval.longest]).toEqual([5_000, 20_000]);
  });

  test('is a multiple of the configured one up to the maximum, of which query seconds are a quarter at most below it', () => {
    const milliseconds = fc.integer({ min: 1, max: 3_600_000 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600_000 }), milliseconds, milliseconds, (parts, configured, max) => {
        const interval = new RefreshInterval(configured, max);
        // 1024ths of a second: four thousand times as much is exact in floating point.
        interval.add(parts / 1024);
        const effective = interval.milliseconds;
        expect(effective % configured).toBe(0);
        expect(effective).toBeLessThanOrEqual(Math.max(configured, max));
        const capped = effective + configured > max;
        if (!capped) expect(4_000 * (parts / 1024)).toBeLessThanOrEqual(effective);
        expect(effective === configured || 4_000 * (parts / 1024) > effective - configured).toBe(true);
      }),
    );
  });
});
