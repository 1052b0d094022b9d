import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HealthEndpoint, healthEndpoints } from '../../src/presets/gatewayz/health-families.js';
import { allUp, type HealthPolling, okValues, startHealthPolling } from '../support/health-polling.js';
import { until } from '../support/until.js';

const { status, totals } = okValues;
let polling: HealthPolling;

beforeEach(async () => {
  polling = await startHealthPolling();
});

afterEach(async () => {
  await polling.close();
});

describe('what the exporter did wrong does not happen:', () => {
  test('endpoints are asked at once, so that a cycle in which all hang takes 10 s, and the next starts on time', async () => {
    for (const endpoint of healthEndpoints) polling.service.reply(endpoint, 'hang');
    polling.poller.start();
    await until(() => polling.service.waiting === 4, { what: 'four requests wait' });
    expect(polling.service.requests.map(({ path }) => path).toSorted()).toEqual([...healthEndpoints].toSorted());
    await polling.clock.advance(10_000);
    await polling.cycleEnd();
    expect(polling.clock.timers).toEqual([20_000]);
    expect(polling.seen().values).toEqual({ service_up: '0', service_scrape_errors_total: '4' });
    expect(polling.seen().reasons['tracked_models']).toBe(
      "no gatewayz_health_tracked_models: the Health Service's /status has never answered well: no answer within 10 s",
    );
  });

  test('with the service down from the start there are no zeros but that of service_up', async () => {
    await polling.service.close();
    await polling.firstCycle();
    expect(polling.seen().values).toEqual({ service_up: '0', service_scrape_errors_total: '4' });
    expect(polling.seen().reasons['service_last_successful_scrape']).toMatch(/has not given a good answer so far/);
    expect(polling.seen().reasons['status_distribution']).toMatch(
      /\/metrics has never answered well: connection failed \(ECONNREFUSED\)/,
    );
  });

  test.each<[HealthEndpoint, string]>([
    ['/status', 'tracked_models'],
    ['/metrics', 'total_models'],
    ['/cache/stats', 'cache_available'],
  ])('a 503 of %s counts as an error, shows in its own state, and its values go in the end', async (endpoint, name) => {
    await polling.firstCycle();
    polling.service.reply(endpoint, { status: 503, raw: 'Service Unavailable' });
    await polling.nextCycle();
    expect(polling.seen().values).toMatchObject({ service_up: '1', service_scrape_errors_total: '1' });
    expect(polling.endpointsUp()).toEqual({ ...allUp, [endpoint]: false });
    await polling.nextCycle(9);
    expect(polling.seen().kept[name]).toBe(300);
    await polling.clock.advance(1);
    expect(polling.seen().values).not.toHaveProperty(name);
    expect(polling.seen().reasons[name]).toMatch(/HTTP 503$/);
  });

  test('an error of /metrics with status 200 is not a zero, even where no value was before', async () => {
    polling.service.play('metrics_200_error');
    await polling.firstCycle();
    for (const name of [...Object.keys(totals), 'status_distribution'])
      expect(polling.seen().values).not.toHaveProperty(name);
    expect(polling.seen().values['service_scrape_errors_total']).toBe('1');
  });

  test('a status that is no longer reported loses its series at once', async () => {
    await polling.firstCycle();
    polling.service.play('status_label_gone');
    await polling.nextCycle();
    expect(polling.seen().values['status_distribution']).toEqual({ success: '95', error: '5' });
    polling.service.reply('/metrics', { body: { active_incidents: 0, status_distribution: {} } });
    await polling.nextCycle();
    expect(polling.seen().values['status_distribution']).toEqual({});
  });

  test('a null does not stop the fields after it, and is no zero', async () => {
    polling.service.play('null_field');
    await polling.firstCycle();
    const { tracked_models: _, ...others } = status;
    expect(polling.seen().values).toMatchObject({
      ...others,
      tracked_providers: '99',
      service_scrape_errors_total: '0',
    });
    expect(polling.seen().values).not.toHaveProperty('tracked_models');
    expect(polling.seen().reasons['tracked_models']).toBe(
      "no gatewayz_health_tracked_models: the Health Service's /status answered without models_tracked",
    );
  });

  test('a check interval that is not reported is not taken for 300 s', async () => {
    polling.service.reply('/status', { body: { models_tracked: 342 } });
    await polling.firstCycle();
    expect(polling.seen().values['tracked_models']).toBe('342');
    expect(polling.seen().values).not.toHaveProperty('check_interval_seconds');
  });

  test('a value that is no number is not an error, and does not hide that the endpoint answers', async () => {
    polling.service.reply('/status', { body: { models_tracked: 'lots', gateways_tracked: '18' } });
    await polling.firstCycle();
    expect(polling.seen().values).toMatchObject({ tracked_gateways: '18', service_scrape_errors_total: '0' });
    expect(polling.endpointsUp()).toEqual(allUp);
  });

  test('a service that is up but answers nothing else is told from one that is well', async () => {
    for (const endpoint of healthEndpoints.slice(1)) polling.service.reply(endpoint, { status: 500, body: {} });
    await polling.firstCycle();
    expect(polling.seen().values['service_up']).toBe('1');
    expect(polling.endpointsUp()).toEqual({
      '/health': true,
      '/status': false,
      '/metrics': false,
      '/cache/stats': false,
    });
  });

  test('service_up falls with the first failure of /health and rises with the first good answer', async () => {
    await polling.firstCycle();
    polling.service.reply('/health', { status: 500, body: {} });
    await polling.nextCycle();
    expect(polling.seen().values).toMatchObject({ service_up: '0', ...status });
    polling.service.play('ok');
    await polling.nextCycle();
    expect(polling.seen().values['service_up']).toBe('1');
  });
});
