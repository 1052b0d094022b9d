import { expect, test } from 'vitest';
import { Source } from '../../src/snapshot/source.js';
import { FakeCollector, failed } from '../support/fake-collector.js';

const { signal } = new AbortController();

function setup() {
  const collector = new FakeCollector('prometheus', ['a', 'b']);
  return { collector, source: new Source(collector) };
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
  expect([failure, cost]).toEqual([{ code: 'internal', reason, cause: thrown }, 0]);
});

test('a rejection is one too', async () => {
  const { collector } = setup();
  const rejecting = { ...collector, has: () => true, collect: () => Promise.reject(new Error('surprise')) };
  const { failure } = await new Source(rejecting).collect(1000, ['a'], signal);
  expect(failure).toMatchObject({ code: 'internal', reason: 'bug: surprise' });
});
