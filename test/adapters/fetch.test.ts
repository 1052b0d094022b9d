import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { fetchHandler } from '../../src/adapters/fetch.js';
import { echoMetrics } from './echo-metrics.js';

const base = 'http://gateway.example';

test('method, path with query, and headers arrive as they were sent, and the answer goes back whole', async () => {
  const metrics = echoMetrics();
  const handler = fetchHandler(metrics);
  const response = await handler(
    new Request(`${base}/prometheus/metrics/summary?values=number`, { headers: { Accept: 'a/b' } }),
  );
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ method: 'GET', url: '/prometheus/metrics/summary?values=number' });
  expect(metrics.requests[0]?.headers['accept']).toBe('a/b');
});

test.each([304, 503])('status %i without a body is passed on without one', async (status) => {
  const headers = { etag: '"x"' };
  const handler = fetchHandler(echoMetrics('/prometheus', () => ({ status, headers, body: undefined })));
  const response = await handler(new Request(base));
  expect([response.status, response.headers.get('etag'), response.body]).toEqual([status, '"x"', null]);
});

test('in Hono it is a route, or mounted under a path that then comes before the prefix', async () => {
  const metrics = echoMetrics();
  const handler = fetchHandler(metrics);
  const app = new Hono();
  app.all('/prometheus/*', ({ req }) => handler(req.raw));
  app.mount('/internal', handler);
  app.get('/v1/models', (context) => context.text('models'));
  for (const path of ['/prometheus/metrics/all?x=1', '/internal/prometheus/metrics/all?x=1']) {
    expect(await (await app.request(path)).json()).toMatchObject({ url: '/prometheus/metrics/all?x=1' });
  }
  expect(await (await app.request('/v1/models')).text()).toBe('models');
});
