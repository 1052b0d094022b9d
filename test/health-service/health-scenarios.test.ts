import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allUp, type HealthPolling, okValues, startHealthPolling } from '../support/health-polling.js';

const { status, totals, statuses, cache_available } = okValues;
let polling: HealthPolling;

beforeEach(async () => {
  polling = await startHealthPolling();
});

afterEach(async () => {
  await polling.close();
});

describe('one cycle after the other, the real service being', () => {
  test('well, without a monitor, in error, back with fewer statuses, simple, with a null, and empty', async () => {
    await polling.firstCycle();
    const okAt = polling.seconds();
    expect(polling.seen()).toEqual({
      values: {
        service_up: '1',
        ...status,
        ...totals,
        status_distribution: statuses,
        cache_available,
        service_scrape_errors_total: '0',
        service_last_successful_scrape: okAt,
      },
      kept: {},
      reasons: {},
    });
    expect(polling.endpointsUp()).toEqual(allUp);
    expect(polling.poller.state.fault()).toBeUndefined();

    polling.service.play('monitor_none_503');
    await polling.nextCycle();
    const metricsKept = (age: number) => ({
      ...Object.fromEntries(Object.keys(totals).map((name) => [name, age])),
      status_distribution: age,
    });
    const { monitoring_active: _m, availability_monitoring_active: _a, ...numbers } = status;
    const statusKept = (age: number) => Object.fromEntries(Object.keys(numbers).map((name) => [name, age]));
    expect(polling.seen()).toEqual({
      values: {
        service_up: '1',
        ...status,
        monitoring_active: '0',
        availability_monitoring_active: '0',
        ...totals,
        status_distribution: statuses,
        cache_available,
        service_scrape_errors_total: '2',
        service_last_successful_scrape: polling.seconds(),
      },
      kept: { ...statusKept(30), ...metricsKept(30) },
      reasons: {},
    });
    expect(polling.endpointsUp()).toEqual({ ...allUp, '/status': false, '/metrics': false });

    polling.service.play('metrics_200_error');
    await polling.nextCycle();
    expect(polling.seen()).toEqual({
      values: {
        service_up: '1',
        ...status,
        ...totals,
        status_distribution: statuses,
        cache_available,
        service_scrape_errors_total: '3',
        service_last_successful_scrape: polling.seconds(),
      },
      kept: metricsKept(60),
      reasons: {},
    });
    expect(polling.endpointsUp()).toEqual({ ...allUp, '/metrics': false });
    const lastSuccess = polling.seconds();

    polling.service.play('all_500');
    await polling.nextCycle();
    const allKept = {
      ...statusKept(30),
      monitoring_active: 30,
      availability_monitoring_active: 30,
      cache_available: 30,
    };
    expect(polling.seen()).toEqual({
      values: {
        service_up: '0',
        ...status,
        ...totals,
        status_distribution: statuses,
        cache_available,
        service_scrape_errors_total: '7',
        service_last_successful_scrape: lastSuccess,
      },
      kept: { ...allKept, ...metricsKept(90) },
      reasons: {},
    });
    expect(Object.values(polling.endpointsUp())).toEqual([false, false, false, false]);
    expect(polling.poller.state.fault()).toBe(
      'no endpoint of the Health Service answers: /health: HTTP 500; /status: HTTP 500; /metrics: HTTP 500; /cache/stats: HTTP 500',
    );

    polling.service.play('status_label_gone');
    await polling.nextCycle();
    const twoStatuses = { success: '95', error: '5' };
    const back = {
      service_up: '1',
      ...status,
      ...totals,
      status_distribution: twoStatuses,
      cache_available,
      service_scrape_errors_total: '7',
    };
    expect(polling.seen()).toEqual({
      values: { ...back, service_last_successful_scrape: polling.seconds() },
      kept: {},
      reasons: {},
    });
    expect(polling.endpointsUp()).toEqual(allUp);

    polling.service.play('simple_monitor');
    await polling.nextCycle();
    expect(polling.seen()).toEqual({
      values: { ...back, service_last_successful_scrape: polling.seconds() },
      kept: metricsKept(30),
      reasons: {},
    });
    expect(polling.endpointsUp()).toEqual(allUp);

    polling.service.play('null_field');
    await polling.nextCycle();
    expect(polling.seen()).toEqual({
      values: { ...back, tracked_providers: '99', service_last_successful_scrape: polling.seconds() },
      kept: { tracked_models: 30 },
      reasons: {},
    });
    const lastGood = polling.seconds();

    polling.service.play('empty_json');
    await polling.nextCycle();
    expect(polling.seen()).toEqual({
      values: {
        ...back,
        service_up: '0',
        tracked_providers: '99',
        service_scrape_errors_total: '11',
        service_last_successful_scrape: lastGood,
      },
      kept: { ...allKept, tracked_models: 60, ...metricsKept(30) },
      reasons: {},
    });

    await polling.nextCycle(9);
    expect(polling.seen().kept).toMatchObject({ tracked_gateways: 300, active_incidents: 300, cache_available: 300 });
    expect(polling.seen().values).not.toHaveProperty('tracked_models');
    await polling.nextCycle();
    expect(polling.seen().values).toEqual({
      service_up: '0',
      service_scrape_errors_total: '51',
      service_last_successful_scrape: lastGood,
    });
    expect(polling.seen().reasons['active_incidents']).toBe(
      `no gatewayz_health_active_incidents: the Health Service's /metrics has not answered well since ${new Date(
        Number(lastGood) * 1000,
      ).toISOString()}: HTTP 200 with none of the expected fields`,
    );
  });
});
