import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../../src/tools/demo/gateway/random.js';

const draw = <T>(times: number, one: () => T) => Array.from({ length: times }, one);
const mean = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

test('the same seed gives the same numbers, another seed others', () => {
  const numbers = (seed: number) => {
    const random = createRandom(seed);
    return draw(20, () => random.next());
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});

test('numbers are from 0 to below 1 and spread evenly, whatever the seed', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = createRandom(seed);
      const numbers = draw(2000, () => random.next());
      expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...numbers)).toBeLessThan(1);
      const tenths = new Array<number>(10).fill(0);
      for (const number of numbers) tenths[Math.floor(number * 10)]! += 1;
      for (const count of tenths) expect(Math.abs(count - 200)).toBeLessThan(90);
    }),
    { numRuns: 50 },
  );
});

test('counts average to their mean and durations center on their median', () => {
  const random = createRandom(1);
  expect(mean(draw(5000, () => random.count(3)))).toBeCloseTo(3, 0);
  expect(draw(10, () => random.count(0))).toEqual(new Array(10).fill(0));
  const durations = draw(5001, () => random.duration(2)).sort((a, b) => a - b);
  expect(durations[2500]).toBeCloseTo(2, 0);
  expect(durations[0]).toBeGreaterThan(0);
});

test('items are picked by weight, those of weight 0 never, and there must be one', () => {
  const random = createRandom(1);
  const picked = draw(4000, () => random.pick(['a', 'b', 'never'], (item) => ({ a: 3, b: 1 })[item] ?? 0));
  expect(picked.filter((item) => item === 'a').length / 4000).toBeCloseTo(0.75, 1);
  expect(picked).not.toContain('never');
  expect(() => random.pick([])).toThrow(RangeError);
});
