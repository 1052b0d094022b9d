import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHealthAnswer } from '../../src/health-service/health-answer.js';
import { healthEndpoints } from '../../src/presets/gatewayz/health-families.js';
import { healthScenarios } from '../support/fake-health-service.js';

const distribution = 'gatewayz_health_status_distribution';

function values(endpoint: (typeof healthEndpoints)[number], body: unknown, status = 200) {
  const { readings } = readHealthAnswer(endpoint, status, JSON.stringify(body));
  return Object.fromEntries(
    [...readings].map(([name, { metrics }]) => [name, metrics.map(({ value }) => value).join()]),
  );
}

function trackedModels(value: string): string | undefined {
  const answer = readHealthAnswer('/status', 200, `{"health_check_interval":300,"models_tracked":${value}}`);
  expect(answer.fault).toBeUndefined();
  return answer.readings.get('gatewayz_health_tracked_models')?.metrics[0]?.value;
}

describe('numbers', () => {
  test.each([
    ['342', '342'],
    ['0', '0'],
    ['-0', '0'],
    ['0.5', '0.5'],
    ['1e21', '1e+21'],
    ['"342"', '342'],
    ['" 3.5e2 "', '350'],
    ['"-0"', '0'],
  ])('%s is read as %s', (sent, read) => {
    expect(trackedModels(sent)).toBe(read);
  });

  test.each([
    'null',
    'true',
    'false',
    '-1',
    '1e999',
    '[]',
    '[1]',
    '{}',
    '""',
    '" "',
    '"NaN"',
    '"nan"',
    '"inf"',
    '"Infinity"',
    '"1e999"',
    '"0x10"',
    '"1_000"',
    '"1,5"',
    '"12 models"',
    '"-5"',
  ])('%s is no number, and no zero', (sent) => {
    expect(trackedModels(sent)).toBeUndefined();
  });

  test('what is read is always a finite number, the one that was sent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: 0, noDefaultInfinity: true }), fc.boolean(), (number, quoted) => {
        const json = JSON.stringify(number);
        expect(Number(trackedModels(quoted ? `"${json}"` : json))).toBe(Math.abs(number));
      }),
    );
  });
});

describe('good answers', () => {
  test('a field of the wrong type is a gap that is named, and the others count', () => {
    const body = { models_tracked: null, providers_tracked: [16], gateways_tracked: 18, health_monitoring_active: 1 };
    const answer = readHealthAnswer('/status', 200, JSON.stringify(body));
    expect(values('/status', body)).toEqual({ gatewayz_health_tracked_gateways: '18' });
    expect(Object.fromEntries(answer.gaps)).toEqual({
      gatewayz_health_monitoring_active: 'with a health_monitoring_active that is not true or false',
      gatewayz_availability_monitoring_active: 'without availability_monitoring_active',
      gatewayz_health_check_interval_seconds: 'without health_check_interval',
      gatewayz_health_tracked_models: 'without models_tracked',
      gatewayz_health_tracked_providers: 'with a providers_tracked that is not a number ≥ 0',
      gatewayz_availability_cache_size: 'without availability_cache_size',
    });
  });

  test('a cache that is not reported has no sample, and the others have one', () => {
    const body = { cache_available: true, system_health_cached: 'yes', models_health_cached: false };
    const answer = readHealthAnswer('/cache/stats', 200, JSON.stringify(body));
    expect(answer.readings.get('gatewayz_health_cache_available')?.metrics).toEqual([
      { labels: { cache_type: 'redis' }, value: '1' },
      { labels: { cache_type: 'models_health' }, value: '0' },
    ]);
  });

  test('a simple monitor, which has no totals, answers well', () => {
    const answer = readHealthAnswer(
      '/metrics',
      200,
      JSON.stringify({ system: null, models: [], monitoring_active: true }),
    );
    expect(answer.fault).toBeUndefined();
    expect(answer.readings.size).toBe(0);
    expect(answer.gaps.get('gatewayz_health_total_models')).toBe('without total_models');
  });

  test('an error field that says nothing is no error', () => {
    expect(readHealthAnswer('/metrics', 200, '{"error":null,"active_incidents":4}').fault).toBeUndefined();
  });
});

describe('answers that fail', () => {
  test.each(healthEndpoints)(
    '%s: neither an empty, nor a foreign, nor an error body with status 200 counts',
    (endpoint) => {
      for (const text of ['{}', '{"detail":"Not Found"}', '{"error":"boom"}', '{"status":"error","message":"boom"}']) {
        const answer = readHealthAnswer(endpoint, 200, text);
        expect(answer.fault, text).toMatch(/^HTTP 200 with/);
        expect(answer.readings.size, text).toBe(0);
      }
    },
  );

  test('zeros beside an error are not values', () => {
    const answer = readHealthAnswer('/metrics', 200, '{"error":"database","total_models":0,"active_incidents":0}');
    expect(answer).toMatchObject({ fault: 'HTTP 200 with an error as its body', readings: new Map() });
  });

  test.each([
    '',
    'null',
    '[]',
    '[{"total_models":1}]',
    '"ok"',
    '42',
    'true',
    '<!doctype html><p>It works!</p>',
    '{"total_models":10547,"tot',
    '{"total_models":NaN}',
    '['.repeat(100_000),
  ])('a body that is not a JSON object is a failure: %.30s', (text) => {
    for (const endpoint of healthEndpoints) {
      expect(readHealthAnswer(endpoint, 200, text)).toMatchObject({
        fault: 'HTTP 200 with a body that is not a JSON object',
        readings: new Map(),
      });
    }
  });

  test('of a 503 the booleans count and the numbers do not', () => {
    const reply = healthScenarios['monitor_none_503']?.['/status'] as { body: unknown };
    expect(values('/status', reply.body, 503)).toEqual({
      gatewayz_health_monitoring_active: '0',
      gatewayz_availability_monitoring_active: '0',
    });
    expect(readHealthAnswer('/status', 503, JSON.stringify(reply.body)).fault).toBe('HTTP 503');
    expect(values('/metrics', { total_models: 0, status_distribution: { error: 1 } }, 503)).toEqual({});
    expect(values('/cache/stats', { cache_available: false }, 503)).toEqual({});
  });

  test.each([201, 204, 400, 404, 500, 502, 504])('nothing of a %i counts', (status) => {
    const answer = readHealthAnswer('/status', status, '{"models_tracked":342,"health_monitoring_active":true}');
    expect(answer).toEqual({ fault: `HTTP ${status}`, readings: new Map(), gaps: new Map() });
  });
});

describe('statuses', () => {
  const read = (counts: unknown) =>
    readHealthAnswer('/metrics', 200, JSON.stringify({ active_incidents: 4, status_distribution: counts }));

  test('of ten thousand, fifty are kept, the most frequent of the first thousand, and the others counted', () => {
    const counts = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`s${i}`, i]));
    const reading = read(counts).readings.get(distribution);
    expect(reading?.metrics).toHaveLength(50);
    expect(reading?.metrics[0]).toEqual({ labels: { status: 's999' }, value: '999' });
    expect(reading?.metrics[49]).toEqual({ labels: { status: 's950' }, value: '950' });
    expect(reading?.dropped).toBe(9_950);
  });

  test('among equals the choice is the same every time', () => {
    const names = Array.from({ length: 60 }, (_, i) => `s${i + 10}`);
    const there = read(Object.fromEntries(names.map((name) => [name, 1])));
    const back = read(Object.fromEntries(names.toReversed().map((name) => [name, 1])));
    expect(there.readings.get(distribution)).toEqual(back.readings.get(distribution));
  });

  test('names that are too long, empty or not text are dropped and counted, values that are no counts only left out', () => {
    const reading = read({
      success: 87,
      error: null,
      timeout: 'many',
      'rate"limited\n': 1,
      '': 2,
      '\ud800': 3,
      [`${'x'.repeat(100)}`]: 4,
      [`${'y'.repeat(101)}`]: 5,
    }).readings.get(distribution);
    expect(reading?.metrics.map(({ labels }) => labels['status'])).toEqual([
      'success',
      'x'.repeat(100),
      'rate"limited\n',
    ]);
    expect(reading?.dropped).toBe(3);
  });

  test.each([[[1, 2]], ['success'], [5], [null]])('%j in place of the counts is a gap', (counts) => {
    const answer = read(counts);
    expect(answer.readings.has(distribution)).toBe(false);
    expect(answer.gaps.get(distribution)).toMatch(/status_distribution/);
    expect(answer.readings.get('gatewayz_health_active_incidents')?.metrics[0]?.value).toBe('4');
  });

  test('no status at all is a value: every series is gone', () => {
    expect(read({}).readings.get(distribution)).toEqual({ metrics: [], dropped: 0 });
  });
});

describe('hostile JSON', () => {
  test('a __proto__ field changes nothing but itself', () => {
    const text = '{"__proto__":{"total_models":1,"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},';
    const answer = readHealthAnswer(
      '/metrics',
      200,
      `${text}"status_distribution":{"__proto__":7,"constructor":8,"toString":9}}`,
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect([...answer.readings.keys()]).toEqual([distribution]);
    for (const { labels } of answer.readings.get(distribution)?.metrics ?? []) {
      expect(Object.keys(labels)).toEqual(['status']);
      expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
    }
  });

  test('whatever JSON comes with whatever status, the answer is failed or holds finite values of its own endpoint', () => {
    const field = fc.constantFrom(
      'status',
      'error',
      'models_tracked',
      'total_models',
      'status_distribution',
      'cache_available',
    );
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()));
    const status = fc.constantFrom(200, 503, 500);
    fc.assert(
      fc.property(fc.constantFrom(...healthEndpoints), status, body, (endpoint, code, json) => {
        const { fault, readings, gaps } = readHealthAnswer(endpoint, code, JSON.stringify(json));
        if (code !== 200) expect(fault).toBe(`HTTP ${code}`);
        for (const [name, { metrics }] of readings) {
          expect(gaps.has(name)).toBe(false);
          for (const { value } of metrics) expect(Number(value)).toBeGreaterThanOrEqual(0);
          for (const { value } of metrics) expect(Number.isFinite(Number(value))).toBe(true);
        }
      }),
    );
  });
});
