import { createServer } from 'node:http';
import express, { Router } from 'express';
import express4 from 'express4';
import { describe, expect, test } from 'vitest';
import { expressHandler } from '../../src/adapters/express.js';
import { listen } from '../support/listen.js';
import { echoMetrics } from './echo-metrics.js';

const asked = async (url: string) => ((await (await fetch(url)).json()) as { url: string }).url;
const statusOf = async (url: string) => (await fetch(url)).status;

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('%s', (_name, framework) => {
  test('without a mount point, what is below <prefix>/metrics is answered and the rest passed on', async () => {
    const metrics = echoMetrics();
    const app = framework();
    app.use(expressHandler(metrics));
    app.use((request, response) => void response.status(418).send(request.url));
    const url = await listen(createServer(app));
    for (const path of ['/prometheus/metrics', '/prometheus/metrics/all?x=1', '/prometheus/metrics?x=1']) {
      expect(await asked(url + path)).toBe(path);
    }
    for (const path of ['/', '/metrics', '/prometheus', '/prometheus/metricsfoo', '/x/prometheus/metrics']) {
      expect([path, await statusOf(url + path)]).toEqual([path, 418]);
    }
    expect(metrics.requests).toHaveLength(3);
  });

  test('under a mount point, that comes before the prefix, through nested routers too', async () => {
    const app = framework();
    const inner = Router();
    inner.use('/deep', expressHandler(echoMetrics()));
    app.use('/internal', expressHandler(echoMetrics()), inner);
    const url = await listen(createServer(app));
    expect(await asked(`${url}/internal/prometheus/metrics/all`)).toBe('/prometheus/metrics/all');
    expect(await asked(`${url}/internal/deep/prometheus/metrics/all`)).toBe('/prometheus/metrics/all');
    expect(await statusOf(`${url}/prometheus/metrics/all`)).toBe(404);
  });

  test('with the prefix / the mount point is all there is', async () => {
    const app = framework();
    app.use('/observability', expressHandler(echoMetrics('/')));
    const url = await listen(createServer(app));
    expect(await asked(`${url}/observability/metrics/summary`)).toBe('/metrics/summary');
  });

  test('headers that the app has set go out too', async () => {
    const app = framework();
    app.use((_request, response, next) => {
      response.setHeader('access-control-allow-origin', 'https://dashboard.example');
      next();
    });
    app.use(expressHandler(echoMetrics()));
    const response = await fetch(`${await listen(createServer(app))}/prometheus/metrics/summary`);
    expect(response.headers.get('access-control-allow-origin')).toBe('https://dashboard.example');
  });
});
