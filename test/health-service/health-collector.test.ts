import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHealthCollector } from '../../src/health-service/health-collector.js';
import type { Collection, Collector } from '../../src/model.js';
import { healthFamilies } from '../../src/presets/gatewayz/health-families.js';
import { type HealthPolling, startHealthPolling } from '../support/health-polling.js';
import { until } from '../support/until.js';

const names = healthFamilies.map(({ name }) => name);
const never = new AbortController().signal;
let polling: HealthPolling;
let collector: Collector;

beforeEach(async () => {
  polling = await startHealthPolling();
  collector = createHealthCollector(polling.poller);
});

afterEach(async () => {
  await polling.close();
});

async function collect(rows: readonly string[] = names): Promise<Collection> {
  await polling.poller.polled;
  return collector.collect(polling.clock.now(), rows, never);
}

test('answers for the families of the Health Service and no other row', () => {
  expect(names.every((name) => collector.has(name))).toBe(true);
  expect(['fastapi_requests_total', '', '__proto__', 'constructor'].some((row) => collector.has(row))).toBe(false);
});

test('a collection before the first cycle has ended waits for nothing and says what is not known yet', async () => {
  for (const endpoint of ['/health', '/status', '/metrics', '/cache/stats'] as const)
    polling.service.reply(endpoint, 'hang');
  polling.poller.start();
  await until(() => polling.service.waiting === 4, { what: 'four requests wait' });
  const { outcomes, failure } = await collector.collect(polling.clock.now(), names, never);
  for (const name of names) {
    expect(outcomes.get(name)).toMatchObject({
      state: 'failed',
      reason: `no ${name}: the Health Service has not answered yet`,
    });
  }
  expect(failure).toBeUndefined();
});

test('each row that was asked for is there, at no cost, and no other', async () => {
  polling.poller.start();
  const rows = ['gatewayz_health_active_incidents', 'gatewayz_health_cache_available'];
  expect(await collect(rows)).toEqual({
    outcomes: new Map([
      ['gatewayz_health_active_incidents', { state: 'present', metrics: [{ labels: {}, value: '4' }] }],
      [
        'gatewayz_health_cache_available',
        {
          state: 'present',
          metrics: [
            { labels: { cache_type: 'redis' }, value: '1' },
            { labels: { cache_type: 'system_health' }, value: '1' },
            { labels: { cache_type: 'providers_health' }, value: '1' },
            { labels: { cache_type: 'models_health' }, value: '0' },
          ],
        },
      ],
    ]),
    durations: new Map(rows.map((row) => [row, 0])),
    querySeconds: 0,
    seriesOverLimit: new Map(),
  });
});

test('a value that is kept has the instant at which it was obtained, a fresh one has none', async () => {
  await polling.firstCycle();
  const obtained = polling.clock.now();
  polling.service.reply('/metrics', { status: 503, body: {} });
  await polling.nextCycle();
  await polling.nextCycle();
  const { outcomes, failure } = await collect();
  expect(outcomes.get('gatewayz_health_active_incidents')).toEqual({
    state: 'present',
    metrics: [{ labels: {}, value: '4' }],
    evaluationTime: obtained,
  });
  expect(outcomes.get('gatewayz_health_tracked_models')).not.toHaveProperty('instant');
  expect(failure).toBeUndefined();
});

test('only when no endpoint answers does the collection fail, and even then it says that the service is down', async () => {
  polling.service.play('all_500');
  polling.service.reply('/cache/stats', { body: { cache_available: true } });
  await polling.firstCycle();
  expect((await collect()).failure).toBeUndefined();

  polling.service.play('all_500');
  await polling.nextCycle();
  const { outcomes, failure } = await collect();
  expect(failure).toEqual({
    code: 'health_service_unavailable',
    reason:
      'no endpoint of the Health Service answers: /health: HTTP 500; /status: HTTP 500; /metrics: HTTP 500; /cache/stats: HTTP 500',
  });
  expect(outcomes.get('gatewayz_health_service_up')).toEqual({
    state: 'present',
    metrics: [{ labels: {}, value: '0' }],
  });
  expect(outcomes.get('gatewayz_health_tracked_models')).toMatchObject({
    state: 'missing',
    reason: "no gatewayz_health_tracked_models: the Health Service's /status has never answered well: HTTP 500",
  });

  polling.service.play('ok');
  await polling.nextCycle();
  expect((await collect()).failure).toBeUndefined();
});

test('statuses that are left out are counted under their family', async () => {
  const counts = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`s${i}`, 1]));
  polling.service.reply('/metrics', { body: { status_distribution: counts } });
  polling.poller.start();
  expect((await collect()).seriesOverLimit).toEqual(
    new Map([['gatewayz_health_status_distribution', { family: 'gatewayz_health_status_distribution', count: 10 }]]),
  );
});

describe('a defect shows:', () => {
  test('a row that is not ours is refused', async () => {
    polling.poller.start();
    await expect(collect(['fastapi_requests_total'])).rejects.toThrow('no row named fastapi_requests_total');
  });
});
