import { expect, test } from 'vitest';
import { Source } from '../../src/snapshot/source.js';
import { FakeClock } from '../support/fake-clock.js';
import { FakeCollector, failed } from '../support/fake-collector.js';

const { signal } = new AbortController();

function setup() {
  const clock = new FakeClock();
  const collector = new FakeCollector('prometheus', ['a', 'b']);
  return { clock, collector, source: new Source(collector, clock) };
}

test('what the collector tells is passed on', async () => {
  const { collector, source } = setup();
  const { outcomes, failure } = await source.collect(1000, ['a', 'b'], signal);
  expect([...outcomes.keys()]).toEqual(['a', 'b']);
  expect([failure, source.failure]).toEqual([undefined, undefined]);
  expect(collector.calls).toEqual([{ evaluationTime: 1000, rows: ['a', 'b'] }]);
});

test.each([
  ['an error', new Error('undefined is not a function'), 'bug: undefined is not a function'],
  ['something else', 'surprise', 'bug: surprise'],
])('%s that the collector throws is a failure of its rows', async (_name, thrown, reason) => {
  const { collector, source } = setup();
  collector.defect = thrown;
  const { outcomes, failure, querySeconds: cost } = await source.collect(1000, ['a'], signal);
  expect(outcomes).toEqual(new Map([['a', { ...failed(reason), cause: { code: 'internal', metrics: [] } }]]));
  expect([failure, cost]).toEqual([{ code: 'internal', reason }, 0]);
});

test('a rejection is one too', async () => {
  const { clock, collector } = setup();
  const rejecting = { ...collector, has: () => true, collect: () => Promise.reject(new Error('surprise')) };
  const { failure } = await new Source(rejecting, clock).collect(1000, ['a'], signal);
  expect(failure).toEqual({ code: 'internal', reason: 'bug: surprise' });
});

test('a collector that asked for patience is not asked again until then, whatever the clock does', async () => {
  const { clock, collector, source } = setup();
  collector.failure = { code: 'upstream_overloaded', reason: 'asks for patience', retryAfter: 30 };
  await source.collect(1000, ['a'], signal);
  collector.failure = undefined;

  for (const jump of [0, 3_600_000, -7_200_000]) {
    clock.jump(jump);
    await clock.advance(9_999);
    const { outcomes, failure } = await source.collect(6000, ['a', 'b'], signal);
    expect(outcomes.get('b')).toMatchObject(failed('asks for patience'));
    expect(failure).toMatchObject({ code: 'upstream_overloaded' });
  }
  expect(collector.calls).toHaveLength(1);

  await clock.advance(3);
  expect((await source.collect(36_000, ['a'], signal)).failure).toBeUndefined();
  expect(collector.calls).toHaveLength(2);
});

test('closing leaves no timer behind', async () => {
  const { clock, collector, source } = setup();
  collector.failure = { code: 'upstream_overloaded', reason: 'asks for patience', retryAfter: 30 };
  await source.collect(1000, ['a'], signal);
  expect(clock.timers).toEqual([30_000]);
  source.close();
  expect(clock.timers).toEqual([]);
});
