import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { healthFamilies } from '../../src/presets/gatewayz/health-families.js';
import { type HealthPolling, okValues, startHealthPolling } from '../support/health-polling.js';
import { until } from '../support/until.js';

const { status, totals, cache_available } = okValues;
let polling: HealthPolling;

beforeEach(async () => {
  polling = await startHealthPolling();
});

afterEach(async () => {
  await polling.close();
});

describe('cycles', () => {
  test('start every 30 s, however long the one before took', async () => {
    await polling.firstCycle();
    expect(polling.clock.timers).toEqual([30_000]);
    const release = polling.service.hold('/metrics');
    await polling.clock.advance(30_000);
    await until(() => polling.service.waiting === 1, { what: 'one request waits' });
    await polling.clock.advance(4_000);
    release();
    await polling.cycleEnd();
    expect(polling.clock.timers).toEqual([26_000]);
  });

  test('never overlap: one that outlasts the interval delays the next', async () => {
    await polling.close();
    polling = await startHealthPolling(3_000);
    const release = polling.service.hold('/status');
    polling.poller.start();
    await until(() => polling.service.requests.length === 4, { what: 'the requests have come' });
    await polling.clock.advance(9_000);
    expect(polling.service.requests).toHaveLength(4);
    release();
    await polling.cycleEnd();
    expect(polling.clock.timers).toEqual([0]);
    await polling.nextCycle();
    expect(polling.service.requests).toHaveLength(8);
  });

  test('take each value when its endpoint answers, not when the slowest has', async () => {
    const release = polling.service.hold('/cache/stats');
    polling.poller.start();
    await until(() => polling.poller.state.endpointsUp().size === 3, { what: 'three endpoints have answered' });
    expect(polling.seen().values).toMatchObject({ service_up: '1', ...status, ...totals });
    expect(polling.seen().reasons).toEqual({
      cache_available: "no gatewayz_health_cache_available: the Health Service's /cache/stats has not answered yet",
    });
    release();
    await polling.cycleEnd();
    expect(polling.seen().values).toMatchObject({ cache_available });
  });

  test('go on after a good many failures, with values again in the first cycle that succeeds', async () => {
    polling.service.play('all_500');
    await polling.firstCycle();
    await polling.nextCycle(25);
    expect(polling.service.requests).toHaveLength(26 * 4);
    polling.service.play('ok');
    await polling.nextCycle();
    expect(polling.seen()).toMatchObject({ values: { service_up: '1', ...status, ...totals }, kept: {}, reasons: {} });
  });
});

describe('when the clock is set', () => {
  test('back by an hour, polling goes on in 30 s and no value is kept for longer', async () => {
    await polling.firstCycle();
    polling.service.play('all_500');
    const release = polling.service.hold('/health');
    await polling.clock.advance(30_000);
    await until(() => polling.service.waiting === 1, { what: 'one request waits' });
    polling.clock.jump(-3_600_000);
    release();
    await polling.cycleEnd();
    expect(polling.clock.timers).toEqual([30_000]);
    for (const age of Object.values(polling.seen().kept)) expect(age).toBe(0);
    await polling.nextCycle(11);
    expect(Object.keys(polling.seen().values)).toEqual([
      'service_up',
      'service_scrape_errors_total',
      'service_last_successful_scrape',
    ]);
  });

  test('ahead by an hour, kept values go and are back with the next good answer', async () => {
    await polling.firstCycle();
    polling.service.play('all_500');
    await polling.nextCycle();
    polling.clock.jump(3_600_000);
    expect(polling.seen().values).not.toHaveProperty('tracked_models');
    polling.service.play('ok');
    await polling.nextCycle();
    expect(polling.seen()).toMatchObject({ values: status, kept: {} });
  });
});

describe('statuses beyond the limit', () => {
  test('are counted for as long as the value they belong to is there', async () => {
    const family = healthFamilies.find(({ name }) => name === 'gatewayz_health_status_distribution');
    if (family === undefined) throw new Error('no such family');
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`s${i}`, 1]));
    polling.service.reply('/metrics', { body: { status_distribution: many } });
    await polling.firstCycle();
    expect(polling.poller.state.dropped(family)).toBe(9_950);
    expect(polling.poller.state.outcome(family)).toMatchObject({ metrics: { length: 50 } });
    polling.service.play('all_500');
    await polling.nextCycle();
    expect(polling.poller.state.dropped(family)).toBe(9_950);
    await polling.nextCycle(10);
    expect(polling.poller.state.dropped(family)).toBe(0);
  });
});

describe('stopping', () => {
  test('breaks off what is under way, counts it as nothing, and lets go of who waits for the first cycle', async () => {
    polling.service.reply('/status', 'hang');
    polling.poller.start();
    await until(() => polling.poller.state.endpointsUp().size === 3, { what: 'three endpoints have answered' });
    await Promise.all([polling.poller.stop(), polling.poller.stop()]);
    await polling.poller.polled;
    expect(polling.clock.timers).toEqual([]);
    await until(() => polling.service.waiting === 0, { what: 'no request waits' });
    expect(polling.seen().values).toMatchObject({ service_scrape_errors_total: '0' });
    expect(polling.poller.state.endpointsUp().size).toBe(3);
  });

  test('between two cycles leaves no timer, and is for good', async () => {
    await polling.firstCycle();
    await polling.poller.stop();
    expect(polling.clock.timers).toEqual([]);
    polling.poller.start();
    expect(polling.clock.timersSet).toBe(5);
    expect(polling.service.requests).toHaveLength(4);
  });

  test('before the start is allowed', async () => {
    await polling.poller.stop();
    await polling.poller.polled;
    polling.poller.start();
    expect(polling.clock.timersSet).toBe(0);
  });

  test('needs a start; a second one changes nothing', async () => {
    expect(polling.clock.timersSet).toBe(0);
    await polling.firstCycle();
    polling.poller.start();
    expect(polling.clock.timersSet).toBe(5);
    await polling.nextCycle();
    expect(polling.service.requests).toHaveLength(8);
  });
});
