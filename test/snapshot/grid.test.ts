import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { latestEvaluationTime } from '../../src/snapshot/grid.js';

const milliseconds = (max: number) => fc.integer({ min: 1, max });
const now = fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 });

describe('latestEvaluationTime', () => {
  test.each([
    ['2026-11-22T12:00:00.000Z', 5_000, 5_000, '2026-11-22T11:59:55.000Z'],
    ['2026-11-22T11:59:59.999Z', 5_000, 5_000, '2026-11-22T11:59:50.000Z'],
    ['2026-11-22T12:00:04.999Z', 5_000, 5_000, '2026-11-22T11:59:55.000Z'],
    ['2026-11-22T12:00:07.000Z', 5_000, 0, '2026-11-22T12:00:05.000Z'],
    ['2026-11-22T12:00:07.000Z', 60_000, 10_000, '2026-11-22T11:59:00.000Z'],
  ])('at %s, on a grid of %i ms with a delay of %i ms, is %s', (at, interval, delay, expected) => {
    expect(new Date(latestEvaluationTime(Date.parse(at), interval, delay)).toISOString()).toBe(expected);
  });

  test('is on the grid, at least the delay old and less than an interval more', () => {
    fc.assert(
      fc.property(now, milliseconds(86_400_000), fc.integer({ min: 0, max: 86_400_000 }), (at, interval, delay) => {
        const instant = latestEvaluationTime(at, interval, delay);
        expect(instant % interval).toBe(0);
        expect(at - instant).toBeGreaterThanOrEqual(delay);
        expect(at - instant).toBeLessThan(delay + interval);
      }),
    );
  });
});
