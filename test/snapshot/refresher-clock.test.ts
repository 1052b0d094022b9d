import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaults, noon, refreshing } from '../support/refreshing.js';

const hour = 3_600_000;

describe.each([
  ['set back', -hour],
  ['put forward', hour],
])('when the clock is %s by an hour', (_name, jump) => {
  test('refreshes go on within one interval and delay, one an interval, at instants of the new time', async () => {
    const { ask, refresher, clock, prometheus, last } = refreshing();
    await ask('system');
    await clock.advance(2_000);
    clock.jump(jump);
    refresher.touch('system');
    await clock.advance(10_000);
    const first = prometheus.calls.length;
    expect(first).toBeGreaterThan(1);
    expect(prometheus.instants.at(-1)).toBe(noon + jump + 5_000);
    await clock.advance(60_000);
    expect(prometheus.calls.length - first).toBe(12);
    const { madeAt, evaluationTime: instant, nextRefresh, status } = last('system');
    expect([madeAt - instant, nextRefresh - madeAt, status]).toEqual([5_000 + ((madeAt - noon) % 5_000), 5_000, 'ok']);
  });

  test('an outage that began before ends what is kept within the limit from then on', async () => {
    const { ask, refresher, clock, prometheus, last } = refreshing();
    await ask('system');
    prometheus.failure = { code: 'upstream_unreachable', reason: 'connection refused' };
    await clock.advance(5_000);
    clock.jump(jump);
    for (let passed = 0; passed < defaults.staleLimit; passed += 10_000) {
      refresher.touch('system');
      await clock.advance(10_000);
      expect(last('system').madeAt - last('system').evaluationTime).toBeGreaterThanOrEqual(0);
    }
    await clock.advance(10_000);
    expect(last('system').status).toBe('unavailable');
    expect(last('system').rows.get('requests')?.metrics).toEqual([]);
  });

  test('an endpoint that nobody asks for is idle after the usual time', async () => {
    const { ask, clock, prometheus } = refreshing();
    await ask('system');
    await clock.advance(2_000);
    clock.jump(jump);
    await clock.advance(defaults.idleAfter + 15_000);
    const calls = prometheus.calls.length;
    await clock.advance(2 * hour);
    expect(prometheus.calls).toHaveLength(calls);
  });
});

type Step = { readonly kind: 'advance' | 'jump' | 'ask' | 'touch' | 'fail' | 'recover' | 'cost'; readonly by: number };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 0, max: 60_000 }) }),
    fc.record({ kind: fc.constant('jump' as const), by: fc.integer({ min: -2 * hour, max: 2 * hour }) }),
    fc.record({ kind: fc.constantFrom('ask' as const, 'touch' as const), by: fc.integer({ min: 0, max: 3 }) }),
    fc.record({ kind: fc.constantFrom('fail' as const, 'recover' as const), by: fc.constant(0) }),
    fc.record({ kind: fc.constant('cost' as const), by: fc.integer({ min: 0, max: 3 }) }),
  ),
  { maxLength: 25 },
);

test('whatever happens, nothing is asked twice or at once, instants are on the grid, and ages are sane', async () => {
  const endpoints = ['summary', 'all', 'system', 'business'];
  await fc.assert(
    fc.asyncProperty(steps, async (happens: readonly Step[]) => {
      const { clock, prometheus, health, refresher, published } = refreshing();
      let passed = 0;
      let jumps = 0;
      let asks = 0;
      for (const { kind, by } of happens) {
        if (kind === 'advance') {
          await clock.advance(by);
          passed += by;
        } else if (kind === 'jump') {
          clock.jump(by);
          jumps += 1;
        } else if (kind === 'ask') {
          await refresher.ask(endpoints[by]!);
          asks += 1;
        } else if (kind === 'touch') {
          refresher.touch(endpoints[by]!);
          asks += 1;
        } else if (kind === 'cost') prometheus.cost = by;
        else prometheus.failure = kind === 'fail' ? { code: 'upstream_timeout', reason: 'late' } : undefined;
        expect(clock.timers.length).toBeLessThanOrEqual(1);
      }
      await clock.advance(0);
      for (const { instants, calls, maxInFlight } of [prometheus, health]) {
        expect(instants.every((evaluationTime) => evaluationTime % defaults.interval === 0)).toBe(true);
        expect(maxInFlight).toBeLessThanOrEqual(1);
        // Of one evaluationTime no row twice; where the clock went back an evaluationTime may come again.
        const asked = calls.flatMap(({ evaluationTime, rows }) => rows.map((row) => `${evaluationTime} ${row}`));
        if (jumps === 0) expect(new Set(asked).size).toBe(asked.length);
        expect(calls.length).toBeLessThanOrEqual(passed / defaults.interval + asks + jumps + 1);
      }
      for (const snapshot of published.flatMap((snapshots) => [...snapshots.values()])) {
        expect(snapshot.madeAt).toBeGreaterThanOrEqual(snapshot.evaluationTime);
        expect(snapshot.nextRefresh - snapshot.evaluationTime).toBeGreaterThanOrEqual(0);
        const times = [...snapshot.rows.values()].flatMap(({ evaluationTime: instant }) => instant ?? []);
        expect(times.every((instant) => instant <= snapshot.madeAt)).toBe(true);
      }
      await refresher.close();
      expect(clock.timers).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
