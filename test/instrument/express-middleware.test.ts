import type { AddressInfo } from 'node:net';
import express, { type Express, Router } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import { createGatewayMetrics, type GatewayMetrics } from '../../src/instrument/index.js';
import { deferred } from '../support/deferred.js';
import { metricValue, metricValues } from '../support/metric-values.js';
import { until } from '../support/until.js';

/** A listening app with the middleware and whatever `routes` adds. */
async function start(
  routes: (app: Express, instruments: GatewayMetrics) => void,
): Promise<{ instruments: GatewayMetrics; url: string }> {
  const instruments = createGatewayMetrics();
  const app = express();
  app.use(instruments.express);
  routes(app, instruments);
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(
    () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  await new Promise((listening) => server.once('listening', listening));
  return { instruments, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const counted = (instruments: GatewayMetrics, total: number) =>
  until(async () => (await metricValue(instruments, 'fastapi_requests_total')) === total, {
    what: `${total} requests ended`,
  });

async function pathsOf(instruments: GatewayMetrics): Promise<readonly string[]> {
  const requests = await metricValues(instruments, 'fastapi_requests_total');
  return requests.filter(({ value }) => value > 0).map(({ labels }) => labels['path'] ?? '');
}

test('the path is the route pattern, with the patterns of all mount points', async () => {
  const { instruments, url } = await start((app) => {
    const projects = Router();
    projects.get('/', (_request, response) => void response.send('projects'));
    projects.get('/:project', (_request, response) => void response.send('project'));
    const orgs = Router();
    orgs.use('/:org/projects', projects);
    app.use('/v1/orgs', orgs);
    const sub = express();
    sub.get('/status', (_request, response) => void response.send('ok'));
    app.use('/admin', sub);
    app.get('/users/:id', (_request, response) => void response.send('user'));
    app.get(['/a', '/b'], (_request, response) => void response.send('either'));
    app.get(/^\/v\d+$/, (_request, response) => void response.send('expression'));
    app.get('/', (_request, response) => void response.send('root'));
  });
  const urls = [
    '/users/42',
    '/v1/orgs/acme/projects/7?secret=1',
    '/v1/orgs/b%20c/projects/',
    '/admin/status',
    '/b',
    '/v3',
    '/',
    '/no/such/place',
  ];
  for (const path of urls) await (await fetch(url + path)).text();
  await counted(instruments, urls.length);
  expect(await pathsOf(instruments)).toEqual([
    '/users/:id',
    '/v1/orgs/:org/projects/:project',
    '/v1/orgs/:org/projects',
    '/admin/status',
    '/a|/b',
    '/^\\/v\\d+$/',
    '/',
    'unmatched',
  ]);
  expect(await metricValues(instruments, 'gatewayz_instrument_rejected_total')).toEqual([]);
});

test('a parameter that is only part of a segment of a mount point does not leave its value behind', async () => {
  const { instruments, url } = await start((app) => {
    const files = Router();
    files.get('/meta', (_request, response) => void response.send('meta'));
    app.use('/file-:id', files);
  });
  expect((await fetch(`${url}/file-42/meta`)).status).toBe(200);
  await counted(instruments, 1);
  expect(await pathsOf(instruments)).toEqual(['/:id/meta']);
});

test('a mount point that did not handle the request leaves nothing in the path', async () => {
  const { instruments, url } = await start((app) => {
    const passes = Router();
    passes.use((_request, _response, next) => next());
    app.use('/:any', passes);
    app.get('/users/:id', (_request, response) => void response.send('user'));
  });
  await (await fetch(`${url}/users/42`)).text();
  await counted(instruments, 1);
  expect(await pathsOf(instruments)).toEqual(['/users/:id']);
});

test('what an error handler answers counts for the route that failed, and as an exception unless the client is to blame', async () => {
  const { instruments, url } = await start((app, metrics) => {
    const users = Router();
    users.get('/:id', () => {
      throw new RangeError('out of luck');
    });
    users.post('/', () => {
      throw Object.assign(new Error('bad name'), { status: 400 });
    });
    app.use('/users', users);
    app.use(metrics.expressErrors);
    app.use((error: { status?: number }, _request: express.Request, response: express.Response, _next: unknown) => {
      response.status(error.status ?? 503).send('sorry');
    });
  });
  expect((await fetch(`${url}/users/42`)).status).toBe(503);
  expect((await fetch(`${url}/users`, { method: 'POST' })).status).toBe(400);
  await counted(instruments, 2);
  expect(await metricValue(instruments, 'fastapi_requests_total', { path: '/users/:id', status_code: '503' })).toBe(1);
  expect(await metricValue(instruments, 'fastapi_requests_total', { path: '/users', status_code: '400' })).toBe(1);
  expect(
    (await metricValues(instruments, 'fastapi_exceptions_total')).map(({ labels, value }) => [labels, value]),
  ).toEqual([[{ app_name: 'gatewayz', exception_type: 'RangeError' }, 1]]);
});

test('a stream is in progress until its last byte, then under its route', async () => {
  const finish = deferred();
  const { instruments, url } = await start((app) =>
    app.get('/stream', async (_request, response) => {
      response.write('first');
      await finish.promise;
      response.end('last');
    }),
  );
  const response = await fetch(`${url}/stream`);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress', { path: 'pending' })).toBe(1);
  expect(await metricValue(instruments, 'fastapi_requests_total')).toBeUndefined();
  finish.resolve();
  expect(await response.text()).toBe('firstlast');
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
  expect(await metricValue(instruments, 'fastapi_requests_duration_seconds', { path: '/stream' }, '_count')).toBe(1);
});

test('a client that leaves before the answer counts as 499 and is no longer in progress', async () => {
  const arrived = deferred();
  const { instruments, url } = await start((app) => app.get('/slow', () => arrived.resolve()));
  const leaving = new AbortController();
  const answer = fetch(`${url}/slow`, { signal: leaving.signal });
  await arrived.promise;
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(1);
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
  expect(await metricValue(instruments, 'fastapi_requests_total', { path: '/slow', status_code: '499' })).toBe(1);
});

test('the handler serves the metrics as a route of the app', async () => {
  const { url } = await start((app, instruments) => app.get('/metrics', instruments.handler));
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(await response.text()).toContain('# TYPE fastapi_requests_in_progress gauge');
});

test('scrapes and polls are no traffic, even below a mount point and after the middleware', async () => {
  const { instruments, url } = await start((app) => {
    const router = Router();
    router.get('/metrics/summary', (_request, response) => void response.send('{}'));
    app.use('/prometheus', router);
    app.get('/metrics', (_request, response) => void response.send('x'));
    app.get('/v1/models', (_request, response) => void response.send('[]'));
  });
  for (const path of ['/metrics', '/prometheus/metrics/summary', '/v1/models']) await (await fetch(url + path)).text();
  await counted(instruments, 1);
  expect(await pathsOf(instruments)).toEqual(['/v1/models']);
});

test('a host that is not quite Express is served all the same, and told in the rejections', async () => {
  const instruments = createGatewayMetrics();
  let passed = 0;
  const middleware = instruments.express as (...values: unknown[]) => void;
  middleware(Object.freeze({ method: 'GET', headers: {} }), {}, () => {
    passed += 1;
  });
  expect(passed).toBe(1);
  expect(await metricValue(instruments, 'gatewayz_instrument_rejected_total', { reason: 'express' })).toBe(1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBeUndefined();
});
