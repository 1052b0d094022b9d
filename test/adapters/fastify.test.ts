import swagger from '@fastify/swagger';
import fastify, { type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { setupPrometheusRoutes } from '../../src/adapters/fastify.js';
import { createRoutes } from '../../src/http/routes.js';
import { gatewayzCatalogue } from '../../src/presets/presets.js';
import { ask } from '../contract/ask.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { htmlPage } from '../support/fake-upstream-behaviours.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

const routes = createRoutes(gatewayzCatalogue.endpoints);

async function upstream(): Promise<FakePrometheus> {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  playWholeGateway(fake);
  return fake;
}

const options = (fake: FakePrometheus) => ({ env: {}, prometheusUrl: fake.url, metricsWorker: false });

async function listen(app: FastifyInstance): Promise<string> {
  onTestFinished(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

test('hooks of the calling scope run for every endpoint, path and method, and those of other scopes do not', async () => {
  const fake = await upstream();
  const app = fastify({ forceCloseConnections: true });
  const seen: string[] = [];
  app.addHook('onRequest', async ({ url }) => void seen.push(url));
  await app.register(async (internal) => {
    internal.addHook('onRequest', async ({ headers }, reply) => {
      if (headers['x-user'] !== 'me') await reply.code(401).send('who are you?');
    });
    await setupPrometheusRoutes(internal, { ...options(fake), logger: app.log });
  });
  await app.register(async (other) => {
    other.addHook('onRequest', async (_request, reply) => reply.code(418).send());
    other.get('/other', async () => 'other');
  });
  const url = await listen(app);
  const paths = [...routes.map(({ path }) => path), '/nowhere'];
  for (const path of paths) {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
      expect((await ask(`${url}/prometheus/metrics${path}`, { method })).status).toBe(401);
    }
  }
  expect(seen).toHaveLength(4 * paths.length);
  expect(fake.requests).toEqual([]);
  const headers = { 'x-user': 'me' };
  expect((await ask(`${url}/prometheus/metrics/summary`, { headers })).status).toBe(200);
  expect((await ask(`${url}/prometheus/metrics/summary`, { headers, method: 'POST' })).status).toBe(405);
});

test('what happens to the upstream is told to the logger of the application', async () => {
  const fake = await upstream();
  fake.behave(htmlPage());
  const lines: string[] = [];
  const app = fastify({ forceCloseConnections: true, logger: { stream: { write: (line) => void lines.push(line) } } });
  await setupPrometheusRoutes(app, options(fake));
  const url = await listen(app);
  expect((await ask(`${url}/prometheus/metrics/business`)).status).toBe(503);
  const warnings = lines
    .map((line) => JSON.parse(line) as { level: number; msg: string })
    .filter((l) => l.level === 40);
  expect(warnings.map(({ msg }) => msg)).toEqual([expect.stringContaining("not Prometheus's JSON")]);
});

test('the metrics end with the application', async () => {
  const fake = await upstream();
  const app = fastify({ forceCloseConnections: true });
  const metrics = await setupPrometheusRoutes(app, { ...options(fake), metricsRefreshInterval: '100ms' });
  const url = await listen(app);
  await ask(`${url}/prometheus/metrics/business`);
  const before = fake.requests.length;
  await until(() => fake.requests.length > before, { what: 'it is refreshed by itself' });
  await app.close();
  await until(() => fake.openConnections === 0, { what: 'no connection to Prometheus is left' });
  const { status } = await metrics.handle({ method: 'GET', url: '/prometheus/metrics/system', headers: {} });
  expect(status).toBe(503);
});

test('settings that cannot be used reject, before anything is added to the application', async () => {
  const app = fastify();
  await expect(setupPrometheusRoutes(app, { env: {}, prometheusUrl: 'nowhere' })).rejects.toThrow('prometheusUrl');
  expect(app.printRoutes()).not.toContain('metrics');
});

test('the routes are not part of the OpenAPI document of the application', async () => {
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(swagger, { openapi: { info: { title: 'Gateway', version: '1' } } });
  app.get('/v1/models', async () => []);
  await setupPrometheusRoutes(app, { ...options(await upstream()), datasource: true, logger: app.log });
  await app.ready();
  expect(Object.keys(app.swagger().paths ?? {})).toEqual(['/v1/models']);
});

test('every spelling that the router accepts is answered', async () => {
  const app = fastify({
    forceCloseConnections: true,
    routerOptions: { ignoreDuplicateSlashes: true, caseSensitive: false, ignoreTrailingSlash: true },
  });
  await setupPrometheusRoutes(app, { ...options(await upstream()), logger: app.log });
  await listen(app);
  for (const url of [
    '//prometheus//metrics/docs',
    '/Prometheus/METRICS/Docs',
    '/prometheus/metrics/%64ocs',
    '/prometheus/metrics/docs/',
  ]) {
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200]);
  }
});
