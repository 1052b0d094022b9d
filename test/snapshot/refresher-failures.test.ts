import { describe, expect, test } from 'vitest';
import { absent, failed, present } from '../support/fake-collector.js';
import { noon, type Refreshing, refreshing } from '../support/refreshing.js';

const down = { code: 'upstream_unreachable', reason: 'connection refused' };
const healthDown = { code: 'health_service_unavailable', reason: 'no endpoint answers' };

/** What an endpoint shows of a row: its value, since when it is old, and why. */
function shown({ last }: Refreshing, endpoint: string, row: string): unknown {
  const snapshot = last(endpoint);
  const { metrics, evaluationTime: instant = Number.NaN, reason } = snapshot.rows.get(row)!;
  const value = metrics.map((metric) => ('value' in metric ? metric.value : '?')).join();
  return reason === undefined ? value : [value, (snapshot.madeAt - instant) / 1000, reason];
}

describe('a row that fails', () => {
  test('keeps its last value and names its age, while the others are fresh', async () => {
    const all = refreshing();
    await all.ask('summary');
    all.prometheus.outcomes = { latency: failed('query timed out'), requests: present('2') };
    await all.clock.advance(10_000);
    expect(shown(all, 'summary', 'latency')).toEqual(['1', 15, 'query timed out']);
    expect(shown(all, 'summary', 'requests')).toBe('2');
    expect(all.last('summary')).toMatchObject({ status: 'ok', evaluationTime: noon + 5_000, failure: undefined });
  });

  test('loses its value when that is past the limit, and has it back with the next answer', async () => {
    const all = refreshing();
    await all.ask('summary');
    all.refresher.touch('summary');
    all.prometheus.outcomes = { latency: failed('query timed out') };
    await all.clock.advance(295_000);
    expect(shown(all, 'summary', 'latency')).toEqual(['1', 300, 'query timed out']);
    all.refresher.touch('summary');
    await all.clock.advance(5_000);
    expect(shown(all, 'summary', 'latency')).toEqual(['', 305, 'query timed out']);
    all.prometheus.outcomes = {};
    await all.clock.advance(5_000);
    expect(shown(all, 'summary', 'latency')).toBe('1');
  });

  test('makes an endpoint stale only where all its rows fail, and the first reason is the endpoint’s', async () => {
    const all = refreshing();
    await all.ask('summary');
    await all.ask('business');
    all.prometheus.outcomes = { keys: failed('query timed out') };
    await all.clock.advance(5_000);
    expect(all.last('business')).toMatchObject({
      status: 'stale',
      failure: 'query timed out',
      evaluationTime: noon - 5_000,
      expires: noon + 295_000,
    });
    expect(all.last('summary').status).toBe('ok');
  });
});

describe('an endpoint of which nothing is known', () => {
  test('is unavailable where a question failed, for its reason, though others were answered with nothing', async () => {
    const all = refreshing();
    all.prometheus.outcomes = { requests: absent('no series named x'), latency: failed('query timed out') };
    expect(await all.ask('system')).toMatchObject({ status: 'unavailable', failure: 'query timed out' });
    all.prometheus.outcomes = { requests: absent('no series named x') };
    await all.clock.advance(5_000);
    expect(all.last('system')).toMatchObject({ status: 'ok', failure: undefined });
  });

  test('is not where all was answered, with nothing, nor where anything is there to show', async () => {
    const all = refreshing();
    all.prometheus.outcomes = { requests: absent('no series named x'), latency: absent('no series named y') };
    expect(await all.ask('system')).toMatchObject({ status: 'ok', failure: undefined });
    all.prometheus.outcomes = { ...all.prometheus.outcomes, keys: failed('query timed out') };
    expect(await all.ask('summary')).toMatchObject({ status: 'ok' });
  });
});

describe('a row that has no answer', () => {
  test('after it had one keeps that for as long as one that fails', async () => {
    const all = refreshing();
    await all.ask('summary');
    all.prometheus.outcomes = { requests: absent('no series named x') };
    await all.clock.advance(295_000);
    expect(shown(all, 'summary', 'requests')).toEqual(['1', 300, 'no series named x']);
    all.refresher.touch('summary');
    await all.clock.advance(5_000);
    expect(shown(all, 'summary', 'requests')).toEqual(['', 305, 'no series named x']);
    expect(all.last('summary').status).toBe('ok');
  });

  test('and never had one has nothing but the reason', async () => {
    const all = refreshing();
    all.prometheus.outcomes = { requests: absent('no series named x') };
    await all.ask('summary');
    expect(shown(all, 'summary', 'requests')).toEqual(['', Number.NaN, 'no series named x']);
    expect(all.last('summary').status).toBe('ok');
  });
});

describe('while Prometheus is down', () => {
  test('the last good snapshot is shown, stale, with its own instant, until the limit; then nothing', async () => {
    const all = refreshing();
    await all.ask('system');
    all.prometheus.failure = down;
    await all.clock.advance(5_000);
    expect(all.last('system')).toMatchObject({
      status: 'stale',
      evaluationTime: noon - 5_000,
      madeAt: noon + 5_000,
      nextRefresh: noon + 10_000,
      failure: 'connection refused',
    });
    expect(shown(all, 'system', 'requests')).toEqual(['1', 10, 'connection refused']);
    await all.clock.advance(290_000);
    expect(all.last('system')).toMatchObject({ status: 'stale', madeAt: noon + 295_000 });
    all.refresher.touch('system');
    await all.clock.advance(5_000);
    expect(all.last('system')).toMatchObject({ status: 'unavailable', failure: 'connection refused' });
    expect(shown(all, 'system', 'requests')).toEqual(['', 305, 'connection refused']);
  });

  test('every attempt is published, one an interval', async () => {
    const all = refreshing();
    all.prometheus.failure = down;
    await all.ask('system');
    await all.clock.advance(60_000);
    expect(all.prometheus.calls).toHaveLength(13);
    expect(all.published.map((snapshots) => snapshots.get('system')?.madeAt)).toEqual(
      Array.from({ length: 13 }, (_, index) => noon + index * 5_000),
    );
  });

  test('an endpoint that has never had an answer has nothing, at once', async () => {
    const all = refreshing();
    all.prometheus.failure = down;
    expect(await all.ask('system')).toMatchObject({ status: 'unavailable', failure: 'connection refused' });
  });

  test('what is kept is not shown past its limit between two attempts either', async () => {
    const all = refreshing();
    await all.ask('system');
    all.prometheus.failure = down;
    await all.clock.advance(290_000);
    all.refresher.touch('system');
    all.prometheus.hold();
    await all.clock.advance(5_001);
    expect(all.refresher.current('system')?.status).toBe('unavailable');
  });

  test('it is asked again every interval, and the first answer makes everything fresh', async () => {
    const all = refreshing();
    await all.ask('system');
    all.prometheus.failure = down;
    await all.clock.advance(20_000);
    all.prometheus.failure = undefined;
    await all.clock.advance(5_000);
    expect(all.last('system')).toMatchObject({ status: 'ok', evaluationTime: noon + 20_000, failure: undefined });
    expect(shown(all, 'system', 'requests')).toBe('1');
  });

  test('an interval that had become long is short again, but the limit remains three of it', async () => {
    const all = refreshing({ maxInterval: 3_600_000 });
    all.prometheus.cost = 50;
    await all.ask('system');
    all.prometheus.failure = down;
    await all.clock.advance(200_000);
    expect(all.last('system')).toMatchObject({ status: 'stale', nextRefresh: noon + 205_000 });
    all.refresher.touch('system');
    await all.clock.advance(299_999);
    all.refresher.touch('system');
    await all.clock.advance(100_000);
    expect(all.last('system')).toMatchObject({ status: 'stale', expires: noon + 600_000 });
    all.refresher.touch('system');
    await all.clock.advance(5_001);
    expect(all.last('system').status).toBe('unavailable');
  });

  test('“stale” is never said of what nobody asked for', async () => {
    const all = refreshing();
    await all.ask('system');
    await all.clock.advance(24 * 3_600_000);
    expect(all.published.map((snapshots) => snapshots.get('system')?.status)).not.toContain('stale');
    expect((await all.ask('system')).status).toBe('ok');
  });
});

describe('with a Health Service', () => {
  test('an endpoint that has rows of both is shown while either has data', async () => {
    const all = refreshing();
    all.prometheus.failure = down;
    const snapshot = await all.ask('summary');
    expect(snapshot).toMatchObject({ status: 'stale', evaluationTime: noon - 5_000, failure: 'connection refused' });
    expect(shown(all, 'summary', 'requests')).toEqual(['', Number.NaN, 'connection refused']);
    expect(shown(all, 'summary', 'up')).toBe('1');
  });

  test('the instant is that of Prometheus while anything of it is shown, then that of the Health Service', async () => {
    const all = refreshing();
    await all.ask('summary');
    all.prometheus.failure = down;
    await all.clock.advance(295_000);
    expect(all.last('summary')).toMatchObject({ status: 'stale', evaluationTime: noon - 5_000 });
    all.refresher.touch('summary');
    await all.clock.advance(5_000);
    expect(all.last('summary')).toMatchObject({
      status: 'stale',
      evaluationTime: noon + 295_000,
      expires: noon + 595_000,
    });
  });

  test('a value that it has kept to the limit itself is not kept for another', async () => {
    const all = refreshing();
    await all.ask('summary');
    all.health.outcomes = { up: present('1', noon) };
    await all.clock.advance(295_000);
    all.refresher.touch('summary');
    await all.clock.advance(5_000);
    expect(shown(all, 'summary', 'up')).toEqual(['1', 300, 'the last value was not refreshed']);
    all.health.outcomes = { up: absent('no answer for too long') };
    await all.clock.advance(5_000);
    expect(shown(all, 'summary', 'up')).toEqual(['', 305, 'no answer for too long']);
  });

  test('its failing makes nothing stale while Prometheus answers', async () => {
    const all = refreshing();
    await all.ask('summary');
    all.health.failure = healthDown;
    await all.clock.advance(5_000);
    expect(all.last('summary')).toMatchObject({ status: 'ok', failure: undefined });
    expect(shown(all, 'summary', 'up')).toEqual(['1', 10, 'no endpoint answers']);
  });

  test('nothing is shown when both are down, although the Health Service’s own state is known', async () => {
    const all = refreshing();
    all.prometheus.failure = down;
    all.health.failure = healthDown;
    all.health.outcomes = { up: present('0') };
    expect((await all.ask('summary')).status).toBe('unavailable');

    all.health.failure = undefined;
    await all.clock.advance(5_000);
    expect(all.last('summary').status).toBe('stale');
    all.health.failure = healthDown;
    await all.clock.advance(300_000);
    expect(all.last('summary').status).toBe('stale');
    all.refresher.touch('summary');
    await all.clock.advance(5_000);
    expect(all.last('summary').status).toBe('unavailable');
  });
});

describe('a defect of a source', () => {
  test('is a failed refresh of its rows, and the other source and the next refresh know nothing of it', async () => {
    const all = refreshing();
    all.prometheus.defect = new TypeError('undefined is not a function');
    const snapshot = await all.ask('summary');
    expect(snapshot).toMatchObject({ status: 'stale', failure: 'bug: undefined is not a function' });
    expect(shown(all, 'summary', 'up')).toBe('1');
    all.prometheus.defect = undefined;
    await all.clock.advance(5_000);
    expect(all.last('summary').status).toBe('ok');
  });
});
