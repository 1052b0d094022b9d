import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRoutes } from '../../src/http/routes.js';
import { gatewayzCatalogue } from '../../src/presets/presets.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { hang, plainText, reset } from '../support/fake-upstream-behaviours.js';
import { parseExposition } from '../support/parse-exposition.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';
import { type Answer, ask } from './ask.js';
import { type Host, hosts, type RunningHost } from './hosts.js';

const routes = createRoutes(gatewayzCatalogue.endpoints);

const text004 = 'text/plain; version=0.0.4; charset=utf-8';
const openMetrics = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const json = 'application/json; charset=utf-8';
const vary = 'Accept, Accept-Encoding, Authorization';

const expositions = ['/system', '/providers', '/models', '/business', '/performance', '/all'];
const snapshots = ['/summary', ...expositions];
const everything = [...snapshots, '/docs', ''];
/** `max-age` is in whole seconds, and one may begin between two requests. */
const untimed = (value: unknown) => String(value).replace(/max-age=\d+/, 'max-age');
const outcomes = { system: 'fastapi_requests_total', models: 'tokens_used_total', business: 'trial_active' };

function contract(host: Host): void {
  let prometheus: FakePrometheus;
  let running: RunningHost;
  let base: string;

  // An interval of an hour: nothing changes while the tests look.
  const options = () => ({
    env: {},
    prometheusUrl: prometheus.url,
    metricsWorker: false,
    metricsRefreshInterval: '1h',
  });

  /** Runs `use` with another instance of the host. */
  async function withHost(more: object, use: (base: string, other: RunningHost) => Promise<void>): Promise<void> {
    const other = await host.start({ ...options(), ...more });
    try {
      await use(`${other.url}${other.metrics.settings.metricsPrefix}/metrics`, other);
    } finally {
      await other.close();
    }
  }

  /** Runs `use` with another Prometheus. */
  async function withPrometheus(use: (upstream: FakePrometheus, url: string) => Promise<void>): Promise<void> {
    const upstream = await startFakePrometheus();
    try {
      await use(upstream, upstream.url);
    } finally {
      await upstream.close();
    }
  }

  beforeAll(async () => {
    prometheus = await startFakePrometheus();
    playWholeGateway(prometheus);
    running = await host.start(options());
    base = `${running.url}/prometheus/metrics`;
    // Warm, in every form that the tests ask for.
    for (const path of snapshots) {
      for (const encoding of ['identity', 'gzip']) {
        await ask(base + path, { headers: { 'accept-encoding': encoding } });
        await ask(base + path, { headers: { 'accept-encoding': encoding, accept: 'application/openmetrics-text' } });
      }
    }
  });

  afterAll(async () => {
    await running?.close();
    await prometheus?.close();
  });

  describe('GET', () => {
    test('/summary is JSON with all values', async () => {
      const { status, headers, text } = await ask(`${base}/summary`);
      expect([status, headers['content-type']]).toEqual([200, json]);
      const document = JSON.parse(text);
      expect(document).toMatchObject({ status: 'ok', missing: {}, stale: {}, metrics: { http: { in_progress: '1' } } });
      expect(Date.parse(document.timestamp) % 3_600_000).toBe(0);
    });

    test('/summary?values=number is the same with numbers', async () => {
      const document = JSON.parse((await ask(`${base}/summary?values=number`)).text);
      expect(document.metrics.http.in_progress).toBe(1);
    });

    test.each(expositions)('%s is a valid exposition in both formats', async (path) => {
      const plain = await ask(base + path);
      expect([plain.status, plain.headers['content-type']]).toEqual([200, text004]);
      const open = await ask(base + path, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
      expect([open.status, open.headers['content-type']]).toEqual([200, openMetrics]);
      const families = parseExposition(plain.text, 'text');
      expect(families.length).toBeGreaterThan(2);
      expect(parseExposition(open.text, 'openmetrics')).toHaveLength(families.length);
      for (const { labels } of families.flatMap(({ samples }) => samples)) {
        expect(labels['reexported_by']).toBe('gatewayz-metrics');
      }
    });

    test('/all has every family of the others once', async () => {
      const names = parseExposition((await ask(`${base}/all`)).text, 'text').map(({ name }) => name);
      for (const name of Object.values(outcomes)) expect(names.filter((one) => one === name)).toHaveLength(1);
    });

    test('/docs is Markdown', async () => {
      const { status, headers, text } = await ask(`${base}/docs`);
      expect([status, headers['content-type'], headers['vary']]).toEqual([200, 'text/markdown; charset=utf-8', vary]);
      expect(text).toContain('# Metrics API');
    });

    test('the prefix itself is what Prometheus scrapes, in both formats', async () => {
      const plain = await ask(base);
      expect([plain.status, plain.headers['content-type']]).toEqual([200, text004]);
      const names = parseExposition(plain.text, 'text').map(({ name }) => name);
      expect(names).toContain('gatewayz_metrics_refreshes_total');
      expect(names).not.toContain('fastapi_requests_total');
      expect(plain.text).not.toContain('reexported_by');
      const open = await ask(base, { headers: { accept: 'application/openmetrics-text' } });
      expect(open.headers['content-type']).toBe(openMetrics);
      expect(parseExposition(open.text, 'openmetrics').length).toBeGreaterThan(4);
    });

    test.each(everything)('%s/ with a slash at the end is the same', async (path) => {
      const [with_, without] = [await ask(`${base}${path}/`), await ask(base + path)];
      expect([with_.status, with_.headers['content-type']]).toEqual([200, without.headers['content-type']]);
    });
  });

  test.each(everything)('HEAD of %s is the answer to GET without its body', async (path) => {
    const head = await ask(base + path, { method: 'HEAD' });
    const { status, headers } = await ask(base + path);
    expect([head.status, head.text]).toEqual([status, '']);
    // The scrape target counts the requests themselves.
    const compared = path === '' ? ['content-type', 'vary', 'cache-control'] : Object.keys(headers);
    for (const name of compared.filter((each) => !['date', 'age', 'connection', 'keep-alive'].includes(each))) {
      expect([name, untimed(head.headers[name])]).toEqual([name, untimed(headers[name])]);
    }
  });

  describe('headers', () => {
    test.each(snapshots)('of %s say how old it is and until when it is good', async (path) => {
      const started = Date.now();
      const { headers } = await ask(base + path);
      const { timestamp } = JSON.parse((await ask(`${base}/summary`)).text);
      const age = Number(headers['age']);
      expect(headers['age']).toMatch(/^\d+$/);
      expect(age).toBeGreaterThanOrEqual(Math.floor((started - Date.parse(timestamp)) / 1000));
      expect(age).toBeLessThanOrEqual((Date.now() - Date.parse(timestamp)) / 1000);
      const lifetime = Number(/^private, max-age=(\d+)$/.exec(String(headers['cache-control']))?.[1]);
      // The next refresh is due one interval and the delay after the instant.
      expect([3_604, 3_605]).toContain(lifetime);
      expect(headers).toMatchObject({ vary, 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    });

    test('hold no cookie, no server and no cross-origin permission', async () => {
      const { headers } = await ask(`${base}/summary`, { headers: { origin: 'https://evil.example' } });
      const names = Object.keys(headers).filter((name) =>
        /^(set-cookie|server|x-powered-by|access-control-)/.test(name),
      );
      expect(names).toEqual(host.name.startsWith('Express') ? ['x-powered-by'] : []);
    });
  });

  describe('compressed with gzip', () => {
    test.each(snapshots)('%s is the same text, from bytes that do not change, with a tag of its own', async (path) => {
      const headers = { 'accept-encoding': 'br, gzip;q=0.9' };
      const [plain, gzip, again] = [
        await ask(base + path),
        await ask(base + path, { headers }),
        await ask(base + path, { headers }),
      ];
      expect(gzip.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(gzip.body).toString()).toBe(plain.text);
      expect([again.body.equals(gzip.body), again.headers['etag']]).toEqual([true, gzip.headers['etag']]);
      expect(gzip.headers['etag']).not.toBe(plain.headers['etag']);
      expect(gzip.body.length).toBe(Number(gzip.headers['content-length']));
    });

    test('are the documentation and the scrape target too', async () => {
      for (const path of ['/docs', '']) {
        const gzip = await ask(base + path, { headers: { 'accept-encoding': 'gzip' } });
        expect([gzip.status, gzip.headers['content-encoding']]).toEqual([200, 'gzip']);
        expect(gunzipSync(gzip.body).length).toBeGreaterThan(gzip.body.length);
      }
    });

    test('is nothing for a client that does not want it', async () => {
      for (const encoding of ['identity', 'br', 'gzip;q=0']) {
        const { headers } = await ask(`${base}/summary`, { headers: { 'accept-encoding': encoding } });
        expect(headers['content-encoding']).toBeUndefined();
      }
    });
  });

  describe('If-None-Match', () => {
    test.each([...snapshots, '/docs'])('with the tag of %s is answered 304, in a list and weak too', async (path) => {
      const etag = String((await ask(base + path)).headers['etag']);
      expect(etag).toMatch(/^"[^"]+"$/);
      for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        for (const method of ['GET', 'HEAD']) {
          const { status, headers, text } = await ask(base + path, { method, headers: { 'if-none-match': tags } });
          expect([status, text, headers['etag'], headers['vary']]).toEqual([304, '', etag, vary]);
          expect(headers['content-type']).toBeUndefined();
        }
      }
      const other = await ask(base + path, { headers: { 'if-none-match': '"other"' } });
      expect(other.status).toBe(200);
    });

    test('with the tag of another form is not', async () => {
      const etag = String((await ask(`${base}/all`)).headers['etag']);
      for (const headers of [{ 'accept-encoding': 'gzip' }, { accept: 'application/openmetrics-text' }]) {
        expect((await ask(`${base}/all`, { headers: { ...headers, 'if-none-match': etag } })).status).toBe(200);
      }
    });
  });

  describe('other methods', () => {
    // A `Request` refuses to be a TRACE.
    const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', ...(host.name.startsWith('Hono') ? [] : ['TRACE'])];

    test.each(methods)('%s is not allowed anywhere', async (method) => {
      for (const path of ['/summary', '/docs', '']) {
        const { status, headers, text } = await ask(base + path, { method });
        expect([method, path, status, headers['allow']]).toEqual([method, path, 405, 'GET, HEAD']);
        expect(headers).toMatchObject({ 'content-type': json, 'cache-control': 'no-store' });
        expect(JSON.parse(text).error.code).toBe('method_not_allowed');
      }
    });

    test.each([
      ['a form', 'application/x-www-form-urlencoded', 'a=1'],
      ['broken JSON', 'application/json', '{"a":'],
      ['XML', 'application/xml', '<a/>'],
      ['nonsense', 'non sense', 'x'],
      ['two megabytes', 'text/plain', 'x'.repeat(2_000_000)],
    ])('are not allowed whatever comes with them: %s', async (_name, type, body) => {
      const { status, headers } = await ask(`${base}/summary`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    });
  });

  describe('paths', () => {
    test.each(['/nowhere', '/summary/x', '/Summary', '/summary%2f', '//summary', '/summary%00'])(
      '%s below the prefix is nowhere: the answer lists what there is',
      async (path) => {
        const { status, headers, text } = await ask(base + path);
        expect([status, headers['content-type'], headers['cache-control']]).toEqual([404, json, 'no-store']);
        expect(JSON.parse(text)).toMatchObject({
          error: { code: 'not_found' },
          paths: routes.map((route) => `/prometheus/metrics${route.path}`),
        });
      },
    );

    test.each([
      ['/', '/metrics'],
      ['/a/b', '/a/b/metrics'],
    ])('are below METRICS_PREFIX=%s, and only there', async (metricsPrefix, path) => {
      await withHost({ metricsPrefix }, async (_base, { url }) => {
        for (const each of everything) expect((await ask(url + path + each)).status).toBe(200);
        expect((await ask(`${url}/prometheus/metrics/summary`)).status).toBe(404);
      });
    });
  });

  describe('while Prometheus does not answer', () => {
    test('and never has: 503 in every form, the rest is there', async () => {
      await withPrometheus(async (upstream, prometheusUrl) => {
        upstream.behave(reset);
        await withHost({ prometheusUrl }, async (other) => {
          const summary = await ask(`${other}/summary`);
          expect(summary.status).toBe(503);
          expect(JSON.parse(summary.text)).toEqual({
            timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
            status: 'unavailable',
            error: { code: 'unavailable', message: expect.stringContaining('Prometheus at http') },
          });
          const plain = await ask(`${other}/all`);
          expect([plain.status, plain.headers['content-type'], plain.headers['cache-control']]).toEqual([
            503,
            text004,
            'no-store',
          ]);
          expect(plain.text).toMatch(/^# unavailable: Prometheus at http[^\n]+\n$/);
          const open = await ask(`${other}/system`, { headers: { accept: 'application/openmetrics-text' } });
          expect([open.status, open.headers['content-type'], open.text]).toEqual([503, openMetrics, '# EOF\n']);
          for (const path of ['/docs', '']) expect((await ask(other + path)).status).toBe(200);
          expect((await ask(other)).text).toContain('\ngatewayz_metrics_upstream_up 0\n');
        });
      });
    });

    test('any more: the last good answer, stale, not to be cached; then, without restart, the new one', async () => {
      await withPrometheus(async (upstream, prometheusUrl) => {
        // One metric, and so few questions: their cost on a busy machine must not make the interval long.
        upstream.labels({ __name__: ['fastapi_requests_in_progress'] });
        upstream.answer(() => [{ labels: {}, value: '3' }]);
        const quick = { metricsRefreshInterval: '100ms', metricsEvaluationDelay: '0s', metricsStaleLimit: '1m' };
        await withHost({ prometheusUrl, ...quick }, async (other) => {
          const summaryThatIs = (status: string) =>
            until(
              async () => {
                const answer = await ask(`${other}/summary`);
                const document = JSON.parse(answer.text);
                return document.status === status ? { ...answer, document } : undefined;
              },
              { what: `the summary is ${status}`, within: 20_000 },
            );
          await summaryThatIs('ok');
          upstream.behave(plainText(503, 'Service Unavailable'));
          const stale = await summaryThatIs('stale');
          expect([stale.status, stale.headers['cache-control']]).toEqual([200, 'no-cache']);
          expect(stale.document.metrics.http.in_progress).toBe('3');
          expect(stale.document.stale['http.in_progress']).toBeGreaterThanOrEqual(0);
          upstream.recover();
          const fresh = await summaryThatIs('ok');
          expect([fresh.document.stale, fresh.headers['cache-control']]).toEqual([
            {},
            expect.stringMatching(/^private/),
          ]);
        });
      });
    });
  });

  describe('asking for what is not warm', () => {
    test('500 at once is one evaluation', async () => {
      // Another setting: hosts in one process with equal settings share an engine.
      await withHost({ metricsMaxSeries: 19_999 }, async (other) => {
        const before = prometheus.requests.length;
        const answers = await Promise.all(Array.from({ length: 500 }, () => ask(`${other}/business`)));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        const questions = prometheus.requests.slice(before).map(({ promql }) => promql);
        expect(questions).toHaveLength(6);
        expect(new Set(questions).size).toBe(6);
      });
    });
  });

  describe('closing', () => {
    test('while requests wait answers or ends them, and leaves no connection to Prometheus', async () => {
      await withPrometheus(async (silent, prometheusUrl) => {
        silent.behave(hang);
        const other = await host.start({ ...options(), prometheusUrl });
        const url = `${other.url}/prometheus/metrics`;
        const waiting = ['/summary', '/all', '/system'].map((path) =>
          ask(url + path).then(
            ({ status }: Answer) => status,
            () => 'ended' as const,
          ),
        );
        await until(() => silent.inFlight > 0, { what: 'Prometheus is being asked' });
        await Promise.all([other.close(), other.metrics.close()]);
        await other.metrics.close();
        for (const outcome of await Promise.all(waiting)) expect([503, 'ended']).toContain(outcome);
        await until(() => silent.openConnections === 0, { what: 'no connection to Prometheus is left' });
      });
    });
  });

  test('the labels of the request metrics are a fixed set, whatever clients ask for', async () => {
    await withHost({}, async (other) => {
      for (let number = 0; number < 50; number += 1) {
        await ask(`${other}/path-${number}?query=${number}`, { headers: { 'user-agent': `agent-${number}` } });
        await ask(`${other}/docs`, { method: 'DELETE' });
      }
      const families = parseExposition((await ask(other)).text, 'text');
      const requests = families.find(({ name }) => name === 'gatewayz_metrics_http_requests_total');
      expect(requests?.samples.map(({ labels, value }) => [labels, value])).toEqual([
        [{ endpoint: 'other', code: '404' }, '50'],
        [{ endpoint: 'docs', code: '405' }, '50'],
      ]);
    });
  });
}

describe.each(hosts.map((host) => [host.name, host] as const))('%s', (_name, host) => contract(host));
