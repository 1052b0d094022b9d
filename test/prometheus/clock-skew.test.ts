import { expect, test } from 'vitest';
import { ClockSkew } from '../../src/prometheus/clock-skew.js';

const noon = Date.UTC(2026, 10, 22, 12);
const date = (at: number) => new Date(at).toUTCString();

/** The estimate after one answer: sent at noon, received `roundTrip` later, dated by a clock that is `ahead`. */
function estimate(ahead: number, roundTrip = 20): number | undefined {
  const skew = new ClockSkew();
  skew.note(date(noon + roundTrip / 2 + ahead), noon, noon + roundTrip);
  return skew.seconds;
}

test('the difference is unknown until there is an answer with a date', () => {
  const skew = new ClockSkew();
  expect(skew.seconds).toBeUndefined();
  skew.note(undefined, noon, noon);
  skew.note('the day before yesterday', noon, noon);
  skew.note([], noon, noon);
  expect(skew.seconds).toBeUndefined();
});

test.each([0, 980, -10, 500])(
  'clocks that are %i ms apart, which a date in whole seconds cannot tell, agree',
  (ahead) => {
    expect(estimate(ahead)).toBe(0);
  },
);

test.each([30_000, 30_999, -30_000, -3_600_000, 2500])(
  'a clock that is %i ms ahead is told within half a second',
  (ahead) => {
    expect(Math.abs(estimate(ahead)! - ahead / 1000)).toBeLessThanOrEqual(0.51);
  },
);

test('a round trip of ten seconds makes nobody believe that the clocks differ', () => {
  expect(estimate(4000, 10_000)).toBe(0);
  expect(estimate(-4000, 10_000)).toBe(0);
});

test('a slow answer does not spoil what a fast one has told', () => {
  const skew = new ClockSkew();
  skew.note(date(noon + 30_000), noon, noon + 10);
  skew.note(date(noon + 95_000), noon + 60_000, noon + 66_000);
  expect(skew.seconds).toBeCloseTo(30.5, 1);
});

test('the newest fast answer counts, so that a clock that was set is noticed', () => {
  const skew = new ClockSkew();
  skew.note(date(noon + 30_000), noon, noon + 10);
  skew.note(date(noon + 5000), noon + 5000, noon + 5010);
  expect(skew.seconds).toBe(0);
});

test('an answer during which our own clock was set back says nothing', () => {
  const skew = new ClockSkew();
  skew.note(date(noon), noon, noon - 3_600_000);
  expect(skew.seconds).toBeUndefined();
});
