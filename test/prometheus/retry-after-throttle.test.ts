import { expect, test } from 'vitest';
import { GatewayzMetricsError } from '../../src/errors.js';
import { RetryAfterThrottle } from '../../src/prometheus/retry-after-throttle.js';
import { FakeClock } from '../support/fake-clock.js';

const busy = new GatewayzMetricsError('upstream_overloaded', 'asks for patience', { retryAfter: 30 });

function setup() {
  const clock = new FakeClock();
  const patience = new RetryAfterThrottle(clock);
  const closing = new AbortController();
  const asked: string[] = [];
  const ask = (question: string, error?: Error) =>
    patience.ask(
      question,
      async () => {
        asked.push(question);
        if (error) throw error;
        return question;
      },
      closing.signal,
    );
  return { clock, asked, ask, closing };
}

test('a question that was refused with Retry-After is not asked before, and fails in the same words', async () => {
  const { clock, asked, ask } = setup();
  await expect(ask('a', busy)).rejects.toBe(busy);
  for (const jump of [0, 3_600_000, -7_200_000]) {
    clock.jump(jump);
    await clock.advance(9_999);
    // Without the time to wait: that has been heard, and would count anew.
    await expect(ask('a')).rejects.toMatchObject({ code: busy.code, message: busy.message, retryAfter: undefined });
  }
  expect(asked).toEqual(['a']);
  await clock.advance(3);
  expect(await ask('a')).toBe('a');
});

test('the other questions are asked as ever', async () => {
  const { asked, ask } = setup();
  await expect(ask('a', busy)).rejects.toBe(busy);
  expect(await ask('b')).toBe('b');
  expect(asked).toEqual(['a', 'b']);
});

test.each([
  new GatewayzMetricsError('upstream_overloaded', 'no time is told'),
  new GatewayzMetricsError('upstream_overloaded', 'at once', { retryAfter: 0 }),
  new Error('a defect'),
])('a question that failed without one is asked again: $message', async (error) => {
  const { ask, clock } = setup();
  await expect(ask('a', error)).rejects.toBe(error);
  expect(clock.timers).toEqual([]);
  expect(await ask('a')).toBe('a');
});

test('closing leaves no timer behind', async () => {
  const { clock, ask, closing } = setup();
  await expect(ask('a', busy)).rejects.toBe(busy);
  expect(clock.timers).toEqual([30_000]);
  closing.abort();
  expect(clock.timers).toEqual([]);
});
