import { expect, test } from 'vitest';
import { Demand } from '../../src/snapshot/demand.js';
import { FakeClock } from '../support/fake-clock.js';

const idleAfter = 1_000;
const view = { endpoint: 'summary', format: 'json' };

function setup() {
  const clock = new FakeClock();
  return {
    clock,
    demand: new Demand<typeof view>(({ endpoint, format }) => `${endpoint} ${format}`, idleAfter, clock),
  };
}

test('an endpoint is warm for the idle time after its last request, whatever the wall clock does', async () => {
  const { clock, demand } = setup();
  expect([demand.isWarm('all'), demand.endpoints()]).toEqual([false, []]);
  demand.request('all');
  await clock.advance(600);
  demand.request('all');
  clock.jump(-3_600_000);
  await clock.advance(999);
  expect(demand.endpoints()).toEqual(['all']);
  clock.jump(3_600_000);
  expect(demand.isWarm('all')).toBe(true);
  await clock.advance(1);
  expect([demand.isWarm('all'), demand.endpoints()]).toEqual([false, []]);
});

test('a view makes its endpoint warm, an endpoint none of its views', () => {
  const { demand } = setup();
  demand.request('all');
  demand.request(view);
  expect([demand.endpoints(), demand.views('summary'), demand.views('all')]).toEqual([['all', 'summary'], [view], []]);
});

test('who waits keeps it warm, however long that takes, and for the idle time afterwards', async () => {
  const { clock, demand } = setup();
  const release = demand.hold(view);
  const other = demand.hold(view);
  await clock.advance(60_000);
  expect(demand.views('summary')).toEqual([view]);
  other();
  await clock.advance(60_000);
  expect(demand.isWarm('summary')).toBe(true);
  release();
  await clock.advance(999);
  expect(demand.isWarm('summary')).toBe(true);
  await clock.advance(1);
  expect(demand.isWarm('summary')).toBe(false);
});
