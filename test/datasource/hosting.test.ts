import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expressHandler } from '../../src/adapters/express.js';
import { setupPrometheusRoutes } from '../../src/adapters/fastify.js';
import { nodeHandler } from '../../src/adapters/node.js';
import { servesDatasource } from '../../src/cli/serves-datasource.js';
import { createMetrics, type Metrics, type MetricsOptions } from '../../src/metrics.js';
import { readSettings } from '../../src/settings/read-settings.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { reply, resetMidBody } from '../support/fake-upstream-behaviours.js';
import { parseExposition } from '../support/parse-exposition.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';
import { ask, form } from './start-datasource.js';

const silent = { info() {}, warn() {}, error() {} };
const query = '/prometheus/api/v1/query?query=up&time=4';
const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';

async function upstream(): Promise<FakePrometheus> {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  return fake;
}

async function metricsOf(fake: FakePrometheus, options: MetricsOptions = {}): Promise<Metrics> {
  const own = { env: {}, prometheusUrl: fake.url, metricsWorker: false, logger: silent };
  const metrics = await createMetrics({ ...own, ...options });
  onTestFinished(() => metrics.close());
  return metrics;
}

async function listen(listener: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function fastifyApp(fake: FakePrometheus, options: MetricsOptions = {}) {
  const app = fastify({ forceCloseConnections: true });
  onTestFinished(() => app.close());
  const own = { env: {}, prometheusUrl: fake.url, metricsWorker: false, logger: silent, datasource: true };
  await setupPrometheusRoutes(app, { ...own, ...options });
  return app;
}

describe('whether it is on', () => {
  test.each([
    [{ HOST: '127.0.0.1' }, true],
    [{ HOST: '127.1.2.3' }, true],
    [{ HOST: '::1' }, true],
    [{ HOST: '0:0:0:0:0:0:0:1' }, true],
    [{ HOST: '::ffff:127.0.0.1' }, true],
    [{ HOST: 'LocalHost' }, true],
    [{}, true],
    [{ HOST: '0.0.0.0' }, false],
    [{ HOST: '::' }, false],
    [{ HOST: '10.0.0.1' }, false],
    [{ HOST: 'localhost.example.org' }, false],
    [{ HOST: '127.example.org' }, false],
    [{ HOST: '::', METRICS_OPEN: '1' }, true],
    [{ HOST: '::', METRICS_OPEN: '0' }, false],
    [{ HOST: '::', METRICS_TOKENS_FILE: '/dev/null' }, true],
  ])('serve with %j: %s', (env, on) => {
    expect(servesDatasource(readSettings({ env }))).toBe(on);
  });

  test('embedded it is off unless it is asked for', async () => {
    const fake = await upstream();
    for (const options of [{}, { datasource: false }, { host: '127.0.0.1', metricsOpen: true }]) {
      const metrics = await metricsOf(fake, options);
      expect(metrics.owns(query)).toBe(false);
      expect((await ask(`${await listen(nodeHandler(metrics))}${query}`)).status).toBe(404);
    }
    expect((await metricsOf(fake, { datasource: true })).owns(query)).toBe(true);
    expect(fake.requests).toEqual([]);
  });

  test('limits that cannot be used stop the start', async () => {
    const options = { env: {}, logger: silent, datasource: true, datasourceLimits: { points: -1 } };
    await expect(createMetrics(options)).rejects.toMatchObject({
      code: 'settings_invalid',
      message: expect.stringContaining('points: expected a whole number'),
    });
  });

  test('limits that are given are kept to', async () => {
    const metrics = await metricsOf(await upstream(), { datasource: true, datasourceLimits: { points: 10 } });
    const url = await listen(nodeHandler(metrics));
    const answer = await ask(`${url}/prometheus/api/v1/query_range?query=up&start=0&end=11&step=1`);
    expect(answer.body.toString()).toContain('exceeded maximum resolution of 10 points per timeseries');
  });
});

describe('access', () => {
  const token = (name: string) => `token-of-${name}`;
  const line = (name: string, scopes: string) =>
    `${name} ${scopes} sha256:${createHash('sha256').update(token(name)).digest('hex')}\n`;

  test('with tokens only readers with the scope get in; others are told nothing, and nobody else’s kept answers', async () => {
    const folder = await tempFolder();
    onTestFinished(() => removeFolder(folder));
    const file = join(folder, 'tokens');
    await writeFile(file, line('grafana', 'datasource') + line('scraper', 'metrics') + line('admin', '*'));
    const fake = await upstream();
    fake.behave(reply('{"status":"success","data":[]}'));
    const metrics = await metricsOf(fake, { datasource: true, metricsTokensFile: file });
    const url = await listen(nodeHandler(metrics));
    const as = (name: string | undefined, path = '/prometheus/api/v1/labels') =>
      ask(`${url}${path}`, { headers: name === undefined ? {} : { authorization: `Bearer ${token(name)}` } });

    for (const [name, status] of [
      [undefined, 401],
      ['nobody', 401],
      ['scraper', 403],
    ] as const) {
      for (const path of ['/prometheus/api/v1/labels', '/prometheus/api/v1/nonsense']) {
        const answer = await as(name, path);
        expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json']);
        expect(JSON.parse(String(answer.body))).toMatchObject({ status: 'error', error: expect.any(String) });
        const scope = status === 401 ? '' : ', error="insufficient_scope", scope="datasource"';
        expect(answer.headers['www-authenticate']).toBe(`Bearer realm="gatewayz-metrics"${scope}`);
      }
    }
    expect(fake.requests).toEqual([]);
    const origins = [];
    for (const name of ['grafana', 'grafana', 'admin', 'admin']) origins.push((await as(name)).headers['x-cache']);
    expect(origins).toEqual(['miss', 'hit', 'miss', 'hit']);
    expect(fake.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  test('a reader that asks too often is told when to come again, others are not, and all refusals are counted', async () => {
    const folder = await tempFolder();
    onTestFinished(() => removeFolder(folder));
    const file = join(folder, 'tokens');
    await writeFile(file, line('loop', 'datasource') + line('grafana', '*'));
    const fake = await upstream();
    const metrics = await metricsOf(fake, {
      datasource: true,
      metricsTokensFile: file,
      datasourceLimits: { rate: 3 },
    });
    const url = await listen(nodeHandler(metrics));
    const as = (name: string, path: string) =>
      ask(`${url}${path}`, { headers: { authorization: `Bearer ${token(name)}` } });
    const statuses = [];
    for (let call = 0; call < 3; call += 1) statuses.push((await as('loop', `${query}${call}`)).status);
    expect(statuses).toEqual([200, 200, 200]);
    const refused = await as('loop', query);
    expect([refused.status, refused.headers['content-type']]).toEqual([429, 'application/json']);
    expect(JSON.parse(String(refused.body))).toEqual({
      status: 'error',
      errorType: 'rate_limited',
      error: 'more than 3 requests in a minute, which is the limit per reader',
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(fake.requests.length).toBe(3);
    expect((await as('grafana', query)).status).toBe(200);
    expect((await as('nobody', query)).status).toBe(401);
    const text = String((await as('grafana', '/prometheus/metrics')).body);
    expect(text).toContain('gatewayz_metrics_http_requests_total{endpoint="datasource_refused",code="429"} 1');
    expect(text).toContain('gatewayz_metrics_http_requests_total{endpoint="datasource_refused",code="401"} 1');
  });

  test('where readers have no names their addresses are told apart', async () => {
    const fake = await upstream();
    const metrics = await metricsOf(fake, { datasource: true, datasourceLimits: { rate: 1 } });
    const signal = new AbortController().signal;
    const from = async (remoteAddress: string) =>
      (await metrics.handle({ method: 'GET', url: query, headers: {}, remoteAddress, signal })).status;
    expect([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([200, 429, 200]);
  });

  test('an embedding host decides by itself', async () => {
    const fake = await upstream();
    const metrics = await metricsOf(fake, {
      datasource: true,
      authorize: ({ headers }, area) => area === 'datasource' && headers['x-user'] === 'me' && 'me',
    });
    const url = await listen(nodeHandler(metrics));
    expect((await ask(`${url}${query}`, { headers: { 'x-user': 'me' } })).status).toBe(200);
    expect((await ask(`${url}${query}`)).status).toBe(403);
    expect(fake.requests.length).toBe(1);
  });
});

test('the scrape target tells of it', async () => {
  const fake = await upstream();
  const metrics = await metricsOf(fake, { datasource: true });
  const url = await listen(nodeHandler(metrics));
  await ask(`${url}${query}`);
  fake.behave(reply('{"status":"success","data":[]}'), ({ path }) => path.endsWith('/labels'));
  for (let call = 0; call < 3; call += 1) await ask(`${url}/prometheus/api/v1/labels`);
  await ask(`${url}/prometheus/api/v1/query_range?query=up&start=0&end=9&step=0.0001`);
  const text = String((await ask(`${url}/prometheus/metrics`)).body);
  expect(parseExposition(text, 'text')).toBeDefined();
  expect(text.split('\n')).toEqual(
    expect.arrayContaining([
      'gatewayz_metrics_datasource_answers_total{origin="hit"} 2',
      'gatewayz_metrics_datasource_answers_total{origin="shared"} 0',
      'gatewayz_metrics_datasource_answers_total{origin="miss"} 2',
      'gatewayz_metrics_datasource_rejected_total{limit="points"} 1',
      'gatewayz_metrics_datasource_in_flight 0',
      'gatewayz_metrics_datasource_waiting 0',
      'gatewayz_metrics_http_requests_total{endpoint="datasource_labels",code="200"} 3',
      'gatewayz_metrics_http_requests_total{endpoint="datasource_query_range",code="400"} 1',
    ]),
  );
  expect(text).toMatch(/^gatewayz_metrics_datasource_cache_bytes [1-9]\d+$/m);
  const without = await metricsOf(fake);
  const plain = String((await ask(`${await listen(nodeHandler(without))}/prometheus/metrics`)).body);
  expect(plain).not.toContain('datasource');
});

describe('in Fastify', () => {
  test('the bodies of other routes are parsed as ever, in the same scope and around it', async () => {
    const fake = await upstream();
    const app = await fastifyApp(fake);
    app.post('/json', async ({ body }) => body);
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      async (_: unknown, body: string) => ({
        parsed: body,
      }),
    );
    app.post('/form', async ({ body }) => body);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const json = await ask(`${url}/json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(String(json.body)).toBe('{"a":1}');
    const parsed = await ask(`${url}/form`, { method: 'POST', headers: form, body: 'a=1' });
    expect(String(parsed.body)).toBe('{"parsed":"a=1"}');
    const answer = await ask(`${url}/prometheus/api/v1/query?time=4`, {
      method: 'POST',
      headers: form,
      body: 'query=up',
    });
    expect(String(answer.body)).toBe(empty);
    expect(fake.requests.map(({ promql }) => promql)).toEqual(['up']);
  });

  test('hooks of the host that see requests before their handlers guard the datasource too', async () => {
    const fake = await upstream();
    const app = fastify({ forceCloseConnections: true });
    onTestFinished(() => app.close());
    app.addHook('preHandler', async ({ headers }, answer) => {
      if (headers['x-user'] !== 'me') await answer.code(401).send('who are you?');
    });
    await setupPrometheusRoutes(app, {
      env: {},
      prometheusUrl: fake.url,
      metricsWorker: false,
      logger: silent,
      datasource: true,
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    expect((await ask(`${url}${query}`)).status).toBe(401);
    expect((await ask(`${url}${query}`, { headers: { 'x-user': 'me' } })).status).toBe(200);
    expect(fake.requests.length).toBe(1);
  });

  test('a client that leaves ends the call upstream, and an answer that breaks off breaks off', async () => {
    const fake = await upstream();
    const app = await fastifyApp(fake);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    fake.behaveOnce(() => {});
    const gone = new AbortController();
    const left = ask(`${url}${query}`, { signal: gone.signal }).catch(() => 'left');
    await until(() => fake.inFlight === 1, { what: 'the upstream is asked' });
    gone.abort();
    expect(await left).toBe('left');
    await until(() => fake.inFlight === 0, { what: 'the call has been given up' });
    fake.behave(resetMidBody);
    await expect(ask(`${url}${query}`)).rejects.toThrow(/aborted/);
  });

  test('it ends with the application, calls under way included', async () => {
    const fake = await upstream();
    fake.behave(() => {});
    const app = await fastifyApp(fake);
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = ask(`${url}${query}`).catch(() => 'broken off');
    await until(() => fake.inFlight === 1, { what: 'the upstream is asked' });
    await app.close();
    await answer;
    await until(() => fake.openConnections === 0, { what: 'all connections are closed' });
  });
});

describe('in Express', () => {
  test('a form that a body parser has eaten is told of, not taken for an empty one', async () => {
    const fake = await upstream();
    const metrics = await metricsOf(fake, { datasource: true });
    const eaten = await listen(express().use(express.urlencoded()).use(expressHandler(metrics)));
    const post = { method: 'POST', headers: form, body: 'query=up&time=4' };
    const answer = await ask(`${eaten}/prometheus/api/v1/query`, post);
    expect([answer.status, String(answer.body)]).toEqual([
      500,
      expect.stringContaining('mount the datasource before body parsers'),
    ]);
    expect(fake.requests).toEqual([]);
    const whole = await listen(express().use(expressHandler(metrics)).use(express.urlencoded()));
    expect(String((await ask(`${whole}/prometheus/api/v1/query`, post)).body)).toBe(empty);
  });

  test('what is not of the datasource is passed on', async () => {
    const metrics = await metricsOf(await upstream(), { datasource: true });
    const app = express()
      .use(expressHandler(metrics))
      .use((_request, response) => void response.send('the host'));
    const url = await listen(app);
    for (const path of ['/prometheus/api', '/prometheus/api/v1x/query', '/api/v1/query']) {
      expect(String((await ask(url + path)).body)).toBe('the host');
    }
    expect(String((await ask(`${url}/prometheus/api/v1/nonsense`)).body)).toBe('404 page not found\n');
  });
});
