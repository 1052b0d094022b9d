import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, type OpenMetricsContentType, Registry, register } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGatewayMetrics, type GatewayMetrics } from '../../src/instrument/index.js';
import { metricValue } from '../support/metric-values.js';
import { recordEverything } from './record-everything.js';

describe('createGatewayMetrics', () => {
  test('leaves the global registry alone', () => {
    recordEverything(createGatewayMetrics());
    expect(register.getMetricsAsArray()).toEqual([]);
  });

  test('two instrumentations count side by side', async () => {
    const [one, two] = [createGatewayMetrics(), createGatewayMetrics()];
    one.setTrials('active', 1);
    two.setTrials('active', 2);
    expect(await metricValue(one, 'trial_active')).toBe(1);
    expect(await metricValue(two, 'trial_active')).toBe(2);
  });

  test('uses the registry it is given, of either format, beside what is in there', async () => {
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    new Counter({ name: 'own_total', help: 'Of the host.', registers: [registry] }).inc();
    const instruments = createGatewayMetrics({ registry });
    instruments.setTrials('active', 1);
    const { contentType, body } = await instruments.metrics();
    expect(contentType).toMatch('application/openmetrics-text');
    expect(body).toContain('own_total 1');
    expect(body).toContain('trial_active{status="active"} 1');
    expect(body).toMatch(/# EOF\n$/);
  });

  test('refuses a registry that has one of its names, and says which', () => {
    const registry = new Registry();
    new Counter({ name: 'tokens_used_total', help: 'Of the host.', registers: [registry] });
    expect(() => createGatewayMetrics({ registry })).toThrow(
      expect.objectContaining({ code: 'settings_invalid', message: expect.stringContaining('tokens_used_total') }),
    );
    expect(registry.getMetricsAsArray()).toHaveLength(1);
  });

  test.each([
    [{ appName: '' }, 'appName'],
    [{ maxPairs: 0 }, 'maxPairs'],
    [{ maxPairs: 1.5 }, 'maxPairs'],
    [{ ignoredPaths: ['metrics'] }, 'ignoredPaths'],
    [{ ignoredPaths: ['/metrics/'] }, 'ignoredPaths'],
  ])('refuses %j', (options, name) => {
    expect(() => createGatewayMetrics(options)).toThrow(
      expect.objectContaining({ code: 'settings_invalid', message: expect.stringContaining(name) }),
    );
  });
});

describe('the handler', () => {
  async function scrape(instruments: GatewayMetrics): Promise<Response> {
    const server = createServer((request, response) => void instruments.handler(request, response));
    onTestFinished(() => new Promise((closed) => server.close(() => closed())));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`, {
      headers: { connection: 'close' },
    });
  }

  test('answers what metrics() gives', async () => {
    const instruments = createGatewayMetrics();
    recordEverything(instruments);
    const response = await scrape(instruments);
    const { contentType, body } = await instruments.metrics();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.text()).toBe(body);
  });

  test("answers 500 when a metric of the host's registry cannot be collected", async () => {
    const registry = new Registry();
    new Counter({
      name: 'broken_total',
      help: 'Of the host.',
      registers: [registry],
      collect: () => {
        throw new Error('no');
      },
    });
    const response = await scrape(createGatewayMetrics({ registry }));
    expect(response.status).toBe(500);
  });
});

describe('trackRequest', () => {
  test('counts once however often the end is told, and unusual methods as one', async () => {
    const instruments = createGatewayMetrics();
    for (const method of ['PROPFIND', 'BREW', '']) {
      const end = instruments.trackRequest({ method, path: '/x' });
      expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(1);
      end({ status: 204 });
      end({ status: 500 });
      expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
    }
    const labels = { app_name: 'gatewayz', method: 'OTHER', path: '/x', status_code: '204', status_class: '2xx' };
    expect(await metricValue(instruments, 'fastapi_requests_total', labels)).toBe(3);
    expect(await metricValue(instruments, 'fastapi_requests_total')).toBe(3);
    const endpoint = { method: 'OTHER', endpoint: '/x', status_code: '204', status_class: '2xx' };
    expect(await metricValue(instruments, 'http_requests_total', endpoint)).toBe(3);
  });

  test('folds paths past the limit, should somebody hand in URLs', async () => {
    const instruments = createGatewayMetrics();
    for (let id = 0; id < 1100; id += 1)
      instruments.trackRequest({ method: 'GET', path: `/users/${id}` })({ status: 200 });
    expect(await metricValue(instruments, 'fastapi_requests_total', { path: 'other' })).toBe(100);
  });

  test('the 5xx series of a route exist from its first request on, under both names', async () => {
    const instruments = createGatewayMetrics();
    instruments.trackRequest({ method: 'GET', path: '/x' })({ status: 200 });
    for (const status_code of ['500', '502', '503', '504']) {
      const status = { method: 'GET', status_code, status_class: '5xx' };
      expect(await metricValue(instruments, 'fastapi_requests_total', { ...status, path: '/x' })).toBe(0);
      expect(await metricValue(instruments, 'http_requests_total', { ...status, endpoint: '/x' })).toBe(0);
    }
  });

  test('requests to ignored paths are not recorded at all', async () => {
    const instruments = createGatewayMetrics({ ignoredPaths: ['/healthz'] });
    instruments.trackRequest({ method: 'GET', path: '/healthz' })({ status: 200 });
    instruments.trackRequest({ method: 'GET', path: 'pending', url: '/healthz/live?x=1' })({ status: 200, path: '/y' });
    expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBeUndefined();
    expect(await metricValue(instruments, 'fastapi_requests_total')).toBeUndefined();
    instruments.trackRequest({ method: 'GET', path: '/metrics' })({ status: 200 });
    expect(await metricValue(instruments, 'fastapi_requests_total')).toBe(1);
  });

  test('nothing that is handed in throws, and the request ends', async () => {
    const instruments = createGatewayMetrics();
    const track = instruments.trackRequest as (start: unknown) => (end: unknown) => void;
    track(undefined)({ status: 200 });
    track({ method: 1, path: 2, bytes: 'x' })({ status: 'x', path: 3, bytes: -1 });
    track({ method: 'GET', path: '/x' })(undefined);
    expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
  });
});
