import { expect, test } from 'vitest';
import { RateLimiter } from '../../src/http/rate-limiter.js';

function limited(limit: number) {
  const clock = { now: 1_000 };
  return { clock, limiter: new RateLimiter(limit, 60_000, () => clock.now) };
}

test('up to the limit nobody waits; beyond it, until the window of the key ends', () => {
  const { clock, limiter } = limited(2);
  expect([limiter.consume('a'), limiter.consume('a')]).toEqual([undefined, undefined]);
  clock.now += 45_500;
  expect([limiter.consume('a'), limiter.consume('b')]).toEqual([15, undefined]);
  clock.now += 14_499;
  expect(limiter.consume('a')).toBe(1);
  clock.now += 1;
  expect(limiter.consume('a')).toBeUndefined();
});

test('the time of day does not matter: the default clock is monotonic', () => {
  const limiter = new RateLimiter(1, 60_000);
  const { now } = Date;
  try {
    limiter.consume('a');
    Date.now = () => now() - 3_600_000;
    expect(limiter.consume('a')).toBeLessThanOrEqual(60);
  } finally {
    Date.now = now;
  }
});

test('memory is bounded: the oldest of very many keys are forgotten', () => {
  const { limiter } = limited(1);
  limiter.consume('first');
  for (let key = 0; key < 10_000; key += 1) limiter.consume(String(key));
  expect(limiter.consume('first')).toBeUndefined();
  expect(limiter.consume('9999')).toBe(60);
});
