import { describe, expect, test } from 'vitest';
import { defaults, noon, refreshing } from '../support/refreshing.js';
import { until } from '../support/until.js';

const everyRow = ['requests', 'latency', 'keys'];

describe('an evaluation instant', () => {
  test('is the latest on the grid that is old enough, for every source', async () => {
    const { ask, prometheus, health } = refreshing({ now: noon + 7_300 });
    const snapshot = await ask('summary');
    expect(snapshot.evaluationTime).toBe(noon);
    expect([prometheus.instants, health.instants]).toEqual([[noon], [noon]]);
    expect(snapshot).toMatchObject({ madeAt: noon + 7_300, nextRefresh: noon + 10_000, status: 'ok' });
  });

  test('follows every interval, without any request', async () => {
    const { ask, clock, prometheus, published } = refreshing();
    await ask('system');
    await clock.advance(20_000);
    expect(prometheus.instants).toEqual([-5, 0, 5, 10, 15].map((seconds) => noon + seconds * 1000));
    expect(published.map((snapshots) => snapshots.get('system')?.madeAt)).toEqual(
      [0, 5, 10, 15, 20].map((seconds) => noon + seconds * 1000),
    );
  });

  test('does not begin for a timer that fires early', async () => {
    const { ask, clock, prometheus, published } = refreshing();
    await ask('system');
    clock.jump(-1);
    await clock.advance(5_000);
    expect([prometheus.calls.length, published.length]).toEqual([1, 1]);
    await clock.advance(1);
    expect([prometheus.calls.length, published.length]).toEqual([2, 2]);
  });

  test('is shared by endpoints that are asked for before the next one is due, and no row is asked for twice', async () => {
    const { ask, clock, prometheus, health } = refreshing();
    await ask('system');
    await clock.advance(2_000);
    expect((await ask('summary')).evaluationTime).toBe(noon - 5_000);
    await clock.advance(2_000);
    expect((await ask('business')).evaluationTime).toBe(noon - 5_000);
    expect(prometheus.calls).toEqual([
      { evaluationTime: noon - 5_000, rows: ['requests', 'latency'] },
      { evaluationTime: noon - 5_000, rows: ['keys'] },
    ]);
    await clock.advance(1_000);
    expect(prometheus.calls.slice(2)).toEqual([{ evaluationTime: noon, rows: everyRow }]);
    expect(health.instants).toEqual([noon - 5_000, noon]);
  });
});

describe('asking', () => {
  test('2,000 at once for all endpoints, when nothing is warm, is one evaluation', async () => {
    const { refresher, prometheus, published } = refreshing();
    const endpoints = ['summary', 'all', 'system', 'business'];
    const asked = Array.from({ length: 2_000 }, (_, index) => refresher.ask(endpoints[index % 4]!));
    const snapshots = await Promise.all(asked);
    expect(new Set(snapshots.map((snapshot) => snapshot?.evaluationTime))).toEqual(new Set([noon - 5_000]));
    expect(prometheus.calls).toEqual([{ evaluationTime: noon - 5_000, rows: everyRow }]);
    expect(published).toHaveLength(1);
  });

  test('while the endpoint is being evaluated, shares that evaluation, however long it takes', async () => {
    const { refresher, clock, prometheus, published } = refreshing();
    const release = prometheus.hold();
    const first = refresher.ask('system');
    await clock.advance(7_000);
    const second = refresher.ask('system');
    release();
    expect((await first)?.evaluationTime).toBe(noon - 5_000);
    expect(await second).toBe(await first);
    expect([prometheus.calls.length, published.length]).toEqual([1, 1]);
  });

  test('while another endpoint is being evaluated, is evaluated next, never beside it', async () => {
    const { refresher, clock, prometheus } = refreshing();
    const release = prometheus.hold();
    const first = refresher.ask('system');
    await clock.advance(1_000);
    const second = refresher.ask('business');
    await clock.advance(1_000);
    expect(prometheus.calls).toHaveLength(1);
    release();
    expect((await second)?.evaluationTime).toBe((await first)?.evaluationTime);
    expect(prometheus.calls.map(({ rows }) => rows)).toEqual([['requests', 'latency'], ['keys']]);
    expect(prometheus.maxInFlight).toBe(1);
  });

  test('is in a hurry while somebody waits, also for an endpoint that comes next; keeping warm never is', async () => {
    const { ask, refresher, clock, prometheus } = refreshing();
    await ask('system');
    await clock.advance(5_000);
    expect(prometheus.hurried).toEqual([true, false]);
    const release = prometheus.hold();
    await clock.advance(5_000);
    const waiting = refresher.ask('business');
    release();
    await waiting;
    expect(prometheus.hurried).toEqual([true, false, false, true, true]);
  });

  test('is in a hurry in the background too, once it takes a tenth of the stale limit', async () => {
    const { ask, clock, prometheus } = refreshing();
    await ask('system');
    const release = prometheus.hold();
    await clock.advance(5_000);
    await clock.advance(defaults.staleLimit / 10 - 1);
    expect(prometheus.hurried).toEqual([true, false]);
    await clock.advance(1);
    expect(prometheus.hurried).toEqual([true, false, true]);
    release();
  });

  test('for what is kept warm gives what is there, and asks nothing', async () => {
    const { ask, refresher, clock, prometheus } = refreshing();
    expect(refresher.current('system')).toBeUndefined();
    const snapshot = await ask('system');
    await clock.advance(4_999);
    expect(refresher.current('system')).toBe(snapshot);
    expect(refresher.current('business')).toBeUndefined();
    expect(prometheus.calls).toHaveLength(1);
  });
});

describe('keeping warm', () => {
  test('is for endpoints that are asked for: the rows of others are not evaluated', async () => {
    const { ask, clock, prometheus, health } = refreshing();
    await ask('business');
    await clock.advance(60_000);
    expect(new Set(prometheus.calls.flatMap(({ rows }) => rows))).toEqual(new Set(['keys']));
    expect(health.calls).toEqual([]);
  });

  test('ends when nobody has asked for the idle time: then nothing whatever is asked', async () => {
    const { ask, clock, prometheus } = refreshing();
    await ask('system');
    await clock.advance(defaults.idleAfter);
    const calls = prometheus.calls.length;
    expect(calls).toBe(defaults.idleAfter / defaults.interval);
    await clock.advance(24 * 3_600_000);
    expect(prometheus.calls).toHaveLength(calls);
    expect(clock.timers).toEqual([]);
  });

  test('ends for one endpoint while another is still asked for', async () => {
    const { ask, refresher, clock, prometheus } = refreshing();
    await ask('system');
    await ask('business');
    for (let minute = 0; minute < 6; minute += 1) {
      refresher.touch('business');
      await clock.advance(60_000);
    }
    expect(prometheus.calls.at(-1)?.rows).toEqual(['keys']);
    expect(refresher.current('system')).toBeUndefined();
    expect(refresher.current('business')?.evaluationTime).toBe(noon + 355_000);
  });

  test('goes on while the endpoint is touched, which asks nothing by itself', async () => {
    const { ask, refresher, clock, prometheus } = refreshing();
    await ask('system');
    await clock.advance(299_999);
    refresher.touch('system');
    await clock.advance(299_999);
    expect(prometheus.calls).toHaveLength(120);
  });

  test('begins anew with a touch after idling', async () => {
    const { ask, refresher, clock, prometheus, last } = refreshing();
    await ask('system');
    await clock.advance(3_600_000);
    const calls = prometheus.calls.length;
    refresher.touch('system');
    await clock.advance(0);
    expect(prometheus.calls).toHaveLength(calls + 1);
    expect(last('system')).toMatchObject({ evaluationTime: noon + 3_595_000, status: 'ok' });
  });
});

describe('a slow refresh', () => {
  test('delays the next one, which takes the latest evaluationTime: there is no backlog and no overlap', async () => {
    const { ask, clock, prometheus } = refreshing();
    await ask('system');
    const release = prometheus.hold();
    await clock.advance(5_000 + 23_000);
    release();
    await clock.advance(0);
    await clock.advance(0);
    expect(prometheus.instants).toEqual([noon - 5_000, noon, noon + 20_000]);
    await clock.advance(2_000);
    expect(prometheus.instants.slice(3)).toEqual([noon + 25_000]);
    expect(prometheus.maxInFlight).toBe(1);
  });

  test('makes the interval so long that its query seconds are a quarter of it, and what follows from it too', async () => {
    const { ask, clock, prometheus, reports } = refreshing({ maxInterval: 3_600_000 });
    prometheus.cost = 27.5;
    const snapshot = await ask('system');
    expect(snapshot.nextRefresh).toBe(noon - 5_000 + 110_000 + 5_000);
    expect(snapshot.expires).toBe(noon - 5_000 + 335_000);
    expect(reports.at(-1)?.interval).toBe(110_000);
    await clock.advance(109_999);
    expect(prometheus.calls).toHaveLength(1);
    await clock.advance(1);
    expect(prometheus.instants).toEqual([noon - 5_000, noon + 105_000]);

    prometheus.cost = 0.4;
    await clock.advance(110_000);
    await clock.advance(5_000);
    expect(prometheus.instants.slice(2)).toEqual([noon + 215_000, noon + 220_000]);
  });

  test('is the sum of all that is asked at the instant, also by endpoints that come later', async () => {
    const { ask, clock, prometheus } = refreshing();
    prometheus.cost = (rows) => 2.5 * rows.length;
    expect((await ask('system')).nextRefresh).toBe(noon + 20_000);
    await clock.advance(1_000);
    const later = await ask('summary');
    expect([later.evaluationTime, later.nextRefresh]).toEqual([noon - 5_000, noon + 30_000]);
    await clock.advance(28_999);
    expect(prometheus.calls).toHaveLength(2);
    await clock.advance(1);
    expect(prometheus.calls.slice(2)).toEqual([{ evaluationTime: noon + 25_000, rows: everyRow }]);
  });
});

describe('an upstream', () => {
  test('that stalls once is queried as often as before', async () => {
    const { ask, clock, prometheus, reports } = refreshing();
    prometheus.cost = 0.5;
    await ask('system');
    await clock.advance(15_000);
    prometheus.cost = 40;
    await clock.advance(5_000);
    expect(reports.at(-1)?.interval).toBe(5_000);
    prometheus.cost = 0.5;
    await clock.advance(5_000);
    expect(prometheus.calls).toHaveLength(6);
  });

  test('that stays slow is queried ever more rarely, once a maximum interval in the end', async () => {
    const { ask, clock, prometheus, last } = refreshing();
    await ask('system');
    prometheus.cost = 500;
    await clock.advance(30_000);
    const calls = prometheus.calls.length;
    await clock.advance(60_000);
    expect(prometheus.calls.length - calls).toBe(1);
    const { evaluationTime, nextRefresh, overdueAt, expires } = last('system');
    expect([nextRefresh - evaluationTime, overdueAt - nextRefresh]).toEqual([65_000, 60_000]);
    expect(expires - evaluationTime).toBe(defaults.staleLimit);
  });
});

describe('freshness', () => {
  test('ends one interval after the next refresh was due, where that does not come', async () => {
    const { ask, refresher, clock, prometheus, published } = refreshing();
    await ask('system');
    const release = prometheus.hold();
    await clock.advance(10_000);
    expect(refresher.current('system')?.status).toBe('ok');
    await clock.advance(1);
    expect(refresher.current('system')?.status).toBe('stale');
    // The refresh that was due at 5 s ends after it should have been replaced, one interval included.
    await clock.advance(5_000);
    release();
    await clock.advance(0);
    await until(() => published.length === 3, { what: 'both late refreshes are done', every: 1 });
    const shown = published.map((snapshots) => snapshots.get('system')!);
    expect(shown.map(({ evaluationTime, status }) => [(evaluationTime - noon) / 1000, status])).toEqual([
      [-5, 'ok'],
      [0, 'stale'],
      [10, 'ok'],
    ]);
  });

  test('lasts longer for all endpoints at a timestamp when another one makes the interval longer', async () => {
    const { ask, clock, prometheus, published, last } = refreshing();
    await ask('business');
    prometheus.cost = 10;
    await ask('system');
    expect([...published.at(-1)!.keys()]).toEqual(['system', 'business']);
    expect(last('business').nextRefresh).toBe(last('system').nextRefresh);
    await clock.advance(39_000);
    expect(prometheus.calls).toHaveLength(2);
  });

  test('is kept for who waits, where the idle time is shorter than a refresh', async () => {
    const { ask, refresher, clock, prometheus } = refreshing({ idleAfter: 1_000 });
    const release = prometheus.hold();
    const asked = ask('system');
    await clock.advance(2_000);
    release();
    expect((await asked).status).toBe('ok');
    expect(refresher.current('system')?.status).toBe('ok');
    await clock.advance(1_000);
    expect(refresher.current('system')).toBeUndefined();
  });
});

describe('closing', () => {
  test('breaks off what is under way, and resolves everybody who waits', async () => {
    const { refresher, clock, prometheus, published } = refreshing();
    prometheus.hold();
    const asked = [refresher.ask('system'), refresher.ask('business')];
    await clock.advance(1_000);
    asked.push(refresher.ask('all'));
    await Promise.all([refresher.close(), refresher.close()]);
    expect(await Promise.all(asked)).toEqual([undefined, undefined, undefined]);
    expect([prometheus.inFlight, published.length, clock.timers]).toEqual([0, 0, []]);
  });

  test('is for good', async () => {
    const { ask, refresher, clock, prometheus } = refreshing();
    await ask('system');
    await refresher.close();
    refresher.touch('system');
    expect(await refresher.ask('system')).toBeUndefined();
    await clock.advance(60_000);
    expect(prometheus.calls).toHaveLength(1);
    expect(clock.timers).toEqual([]);
  });
});
