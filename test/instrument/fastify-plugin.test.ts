import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:http2';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { createGatewayMetrics, type GatewayMetrics } from '../../src/instrument/index.js';
import { deferred } from '../support/deferred.js';
import { metricValue, metricValues } from '../support/metric-values.js';
import { until } from '../support/until.js';

/** A listening app with the plugin and whatever `routes` adds. */
async function start(routes: (app: FastifyInstance) => void): Promise<{ instruments: GatewayMetrics; url: string }> {
  const instruments = createGatewayMetrics();
  const app = fastify({ forceCloseConnections: true });
  onTestFinished(() => app.close());
  await app.register(instruments.fastify);
  routes(app);
  return { instruments, url: await app.listen({ host: '127.0.0.1', port: 0 }) };
}

const counted = (instruments: GatewayMetrics, total: number) =>
  until(async () => (await metricValue(instruments, 'fastapi_requests_total')) === total, {
    what: `${total} requests ended`,
  });

test('the path is the route pattern, prefix included; a URL without a route is "unmatched"', async () => {
  const { instruments, url } = await start((app) => {
    void app.register(
      (users, _options, done) => {
        users.get('/users/:id', () => 'user');
        done();
      },
      { prefix: '/v1' },
    );
    app.get('/files/*', () => 'file');
  });
  for (const path of ['/v1/users/42', '/v1/users/43?secret=1', '/files/a/b', '/wp-admin/x', '/wp-admin/y']) {
    await (await fetch(url + path)).text();
  }
  await counted(instruments, 5);
  const requests = await metricValues(instruments, 'fastapi_requests_total');
  const common = { app_name: 'gatewayz', method: 'GET' };
  const ended = requests.filter(({ value }) => value > 0);
  expect(ended.map(({ labels, value }) => [labels, value])).toEqual([
    [{ ...common, path: '/v1/users/:id', status_code: '200', status_class: '2xx' }, 2],
    [{ ...common, path: '/files/*', status_code: '200', status_class: '2xx' }, 1],
    [{ ...common, path: 'unmatched', status_code: '404', status_class: '4xx' }, 2],
  ]);
  const { body } = await instruments.metrics();
  expect(body).not.toMatch(/users\/4|secret|wp-admin|files\/a/);
});

test('a stream is in progress, and timed, until its last byte', async () => {
  const stream = new Readable({ read() {} });
  const { instruments, url } = await start((app) => app.get('/stream', (_request, reply) => reply.send(stream)));
  stream.push('first');
  const response = await fetch(`${url}/stream`);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress', { path: '/stream' })).toBe(1);
  expect(await metricValue(instruments, 'fastapi_requests_total')).toBeUndefined();
  stream.push('last');
  stream.push(null);
  expect(await response.text()).toBe('firstlast');
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
  expect(await metricValue(instruments, 'fastapi_requests_duration_seconds', { path: '/stream' }, '_count')).toBe(1);
});

test('a client that leaves before the answer counts as 499 and is no longer in progress', async () => {
  const arrived = deferred();
  const { instruments, url } = await start((app) =>
    app.get('/slow', async () => {
      arrived.resolve();
      await new Promise(() => {});
    }),
  );
  const leaving = new AbortController();
  const answer = fetch(`${url}/slow`, { signal: leaving.signal });
  await arrived.promise;
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(1);
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
  expect(await metricValue(instruments, 'fastapi_requests_total', { status_code: '499', status_class: '4xx' })).toBe(1);
});

test('a client that leaves in the middle of a stream counts with the status it was sent', async () => {
  const { instruments, url } = await start((app) =>
    app.get('/endless', (_request, reply) =>
      reply.send(
        new Readable({
          read() {
            setImmediate(() => this.push('and so on '));
          },
        }),
      ),
    ),
  );
  const leaving = new AbortController();
  const response = await fetch(`${url}/endless`, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
  expect(await metricValue(instruments, 'fastapi_requests_total', { status_code: '200' })).toBe(1);
});

test('a client that leaves in the middle of its own request is no longer in progress', async () => {
  const { instruments, url } = await start((app) => app.post('/upload', () => 'done'));
  const upload = request(`${url}/upload`, {
    method: 'POST',
    headers: { 'content-length': '1000', 'content-type': 'text/plain' },
  });
  const failed = once(upload, 'error');
  upload.write('not all');
  await until(async () => (await metricValue(instruments, 'fastapi_requests_in_progress')) === 1, {
    what: 'it arrived',
  });
  upload.destroy(new Error('gone'));
  await failed;
  await until(async () => (await metricValue(instruments, 'fastapi_requests_in_progress')) === 0, {
    what: 'it has ended',
  });
});

test('a connection that broke before the hook ran leaves nothing in progress', async () => {
  const arrived = deferred();
  const broken = deferred();
  const instruments = createGatewayMetrics();
  const app = fastify({ forceCloseConnections: true });
  onTestFinished(() => app.close());
  app.addHook('onRequest', async (_request, reply) => {
    reply.raw.once('close', broken.resolve);
    arrived.resolve();
    await broken.promise;
  });
  await app.register(instruments.fastify);
  app.get('/', () => 'late');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const leaving = new AbortController();
  const answer = fetch(url, { signal: leaving.signal });
  await arrived.promise;
  leaving.abort();
  await expect(answer).rejects.toThrow();
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
});

test('errors of the gateway are exceptions, errors of the client are not', async () => {
  const { instruments, url } = await start((app) => {
    app.get('/fails', () => {
      throw new RangeError('out of luck');
    });
    app.post('/strict', { schema: { body: { type: 'object', required: ['model'] } } }, () => 'fine');
  });
  expect((await fetch(`${url}/fails`)).status).toBe(500);
  const invalid = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  expect((await fetch(`${url}/strict`, invalid)).status).toBe(400);
  await counted(instruments, 2);
  expect(
    (await metricValues(instruments, 'fastapi_exceptions_total')).map(({ labels, value }) => [labels, value]),
  ).toEqual([[{ app_name: 'gatewayz', exception_type: 'RangeError' }, 1]]);
});

test('sizes are observed where they are declared', async () => {
  const { instruments, url } = await start((app) => app.post('/echo', async (incoming) => incoming.body));
  await (await fetch(`${url}/echo`, { method: 'POST', body: 'x'.repeat(500) })).text();
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_request_size_bytes', { path: '/echo' }, '_sum')).toBe(500);
  expect(await metricValue(instruments, 'fastapi_response_size_bytes', { path: '/echo' }, '_sum')).toBe(500);
});

test('over HTTP/2, HEAD counts with the status that was set', async () => {
  const instruments = createGatewayMetrics();
  const app = fastify({ http2: true, exposeHeadRoutes: true });
  onTestFinished(() => app.close());
  await app.register(instruments.fastify);
  app.get('/hello', () => 'hello');
  app.get('/nothing', (_request, reply) => void reply.code(204).send());
  app.get('/fails', () => {
    throw new Error('out of luck');
  });
  const client = connect(await app.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(() => client.destroy());
  for (const path of ['/hello', '/nothing', '/fails', '/nowhere']) {
    const stream = client.request({ ':method': 'HEAD', ':path': path });
    stream.resume();
    await once(stream, 'close');
  }
  await counted(instruments, 4);
  const statuses = (await metricValues(instruments, 'fastapi_requests_total')).filter(({ value }) => value > 0);
  expect(statuses.map(({ labels }) => [labels['path'], labels['status_code']])).toEqual([
    ['/hello', '200'],
    ['/nothing', '204'],
    ['/fails', '500'],
    ['unmatched', '404'],
  ]);
});

test('over HTTP/2, a client that leaves before the response counts as 499', async () => {
  const arrived = deferred();
  const instruments = createGatewayMetrics();
  const app = fastify({ http2: true });
  onTestFinished(() => app.close());
  await app.register(instruments.fastify);
  app.get('/slow', async () => {
    arrived.resolve();
    await new Promise(() => {});
  });
  const client = connect(await app.listen({ host: '127.0.0.1', port: 0 }));
  onTestFinished(() => client.destroy());
  const stream = client.request({ ':path': '/slow' });
  stream.on('error', () => {});
  await arrived.promise;
  stream.destroy();
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_total', { status_code: '499' })).toBe(1);
});

test('scrapes and polls are no traffic, wherever the plugin is registered', async () => {
  const { instruments, url } = await start((app) => {
    for (const path of ['/metrics', '/prometheus/metrics/summary', '/metricsx', '/v1/models']) app.get(path, () => 'x');
  });
  for (const path of ['/metrics', '/metrics?a=1', '/prometheus/metrics/summary', '/prometheus/unknown']) {
    await (await fetch(url + path)).text();
  }
  for (const path of ['/metricsx', '/v1/models']) await (await fetch(url + path)).text();
  await counted(instruments, 2);
  const paths = (await metricValues(instruments, 'fastapi_requests_in_progress')).map(({ labels }) => labels['path']);
  expect(paths).toEqual(['/metricsx', '/v1/models']);
});

test('injected requests count too', async () => {
  const instruments = createGatewayMetrics();
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(instruments.fastify);
  app.get('/', () => 'hello');
  await app.inject('/');
  await counted(instruments, 1);
  expect(await metricValue(instruments, 'fastapi_requests_in_progress')).toBe(0);
});
