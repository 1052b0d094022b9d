import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { open } from '../../src/http/decision.js';
import type { MetricsRequest, WholeResponse } from '../../src/http/message.js';
import { createMetricsMount, type HandlerSources } from '../../src/http/metrics-mount.js';
import { PublishedView } from '../../src/http/published-view.js';
import { createRoutes } from '../../src/http/routes.js';
import { gatewayzCatalogue } from '../../src/presets/presets.js';
import type { Representation, View } from '../../src/render/representation.js';
import { FakeClock } from '../support/fake-clock.js';

const routes = createRoutes(gatewayzCatalogue.endpoints);

const gzip: View = { endpoint: 'summary', format: 'json', encoding: 'gzip' };

function setup(prefix = '/prometheus') {
  const clock = new FakeClock();
  const asked: View[] = [];
  const observed: [string, number][] = [];
  const defects: unknown[] = [];
  const now = clock.now();
  const bytes: Representation = {
    view: gzip,
    status: 200,
    contentType: 'application/json; charset=utf-8',
    etag: '"tag"',
    body: new Uint8Array(gzipSync('{"status":"ok","age_seconds":7.2}')),
    evaluationTime: now - 7_200,
    madeAt: now,
    nextRefresh: now + 2_800,
    overdueAt: now + 7_800,
    expires: now + 292_800,
    stale: false,
    provisional: false,
  };
  const kept: { current: Representation | undefined; docs: string; problem: string | undefined } = {
    current: bytes,
    docs: '# Metrics API\n',
    problem: undefined,
  };
  const receivedAt = clock.monotonic();
  const published = () => kept.current && new PublishedView(kept.current, receivedAt);
  const sources: HandlerSources = {
    current: (view) => {
      asked.push(view);
      return published();
    },
    fetch: async () => published(),
    problem: () => kept.problem,
    scrape: async (openMetrics) => ({ contentType: openMetrics ? 'open' : 'plain', text: 'up 1\n' }),
    docs: () => kept.docs,
    authorize: open,
    observe: (endpoint, status) => observed.push([endpoint, status]),
    defect: (error) => defects.push(error),
  };
  const handler = createMetricsMount(routes, prefix, sources, clock).handle;
  return {
    clock,
    kept,
    bytes,
    sources,
    asked,
    observed,
    defects,
    handler,
    get: async (path: string, headers: MetricsRequest['headers'] = {}, method = 'GET') =>
      handler({ method, url: `${prefix}/metrics${path}`, headers }),
  };
}

const bodyOf = (reply: WholeResponse): unknown => JSON.parse(new TextDecoder().decode(reply.body));

describe('the age', () => {
  test.each([
    [0, '7', 'private, max-age=9'],
    [799, '7', 'private, max-age=9'],
    [800, '8', 'private, max-age=10'],
    [1_801, '9', 'private, max-age=9'],
    [2_800, '10', 'private, max-age=10'],
    [7_800, '15', 'private, max-age=15'],
    [7_801, '15', 'no-cache'],
  ])('%i ms later is in whole seconds, and the lifetime goes on to the next refresh', async (later, age, control) => {
    const { clock, get } = setup();
    await clock.advance(later);
    expect((await get('/summary')).headers).toMatchObject({ age, 'cache-control': control });
  });

  test.each([-3_600_000, 3_600_000])('does not change where the wall clock jumps by %i ms', async (jump) => {
    const { clock, get } = setup();
    clock.jump(jump);
    expect((await get('/summary')).headers).toMatchObject({ age: '7', 'cache-control': 'private, max-age=9' });
  });

  test('is never negative', async () => {
    const { kept, bytes, get } = setup();
    kept.current = { ...bytes, evaluationTime: bytes.madeAt + 1_000 };
    expect((await get('/summary')).headers['age']).toBe('0');
  });
});

describe('once the next refresh is overdue by an interval', () => {
  test.each(['gzip', 'identity'] as const)(
    'the summary says so itself, with its present age (%s)',
    async (encoding) => {
      const { clock, kept, bytes, get } = setup();
      const plain = gunzipSync(bytes.body);
      if (encoding === 'identity')
        kept.current = { ...bytes, view: { ...gzip, encoding }, body: new Uint8Array(plain) };
      await clock.advance(7_801);
      const { status, headers, body } = await get('/summary');
      const text = encoding === 'gzip' ? gunzipSync(body!) : body!;
      expect([status, JSON.parse(new TextDecoder().decode(text))]).toEqual([200, { status: 'stale', age_seconds: 15 }]);
      expect(headers).toMatchObject({ age: '15', 'cache-control': 'no-cache' });
      expect(headers['content-length']).toBe(String(body?.byteLength));
      expect(headers['etag']).not.toBe('"tag"');
      await clock.advance(60_000);
      expect((await get('/summary')).headers['age']).toBe('75');
    },
  );

  test('other documents keep their bytes and their tag', async () => {
    const { clock, kept, bytes, get } = setup();
    kept.current = { ...bytes, view: { ...gzip, endpoint: 'all', format: 'text' } };
    await clock.advance(7_801);
    const { headers, body } = await get('/all');
    expect([headers['etag'], headers['cache-control'], body]).toEqual(['"tag"', 'no-cache', bytes.body]);
  });
});

describe('caches are told', () => {
  test('to ask again each time while the answer is stale', async () => {
    const { kept, bytes, get } = setup();
    kept.current = { ...bytes, stale: true };
    expect((await get('/summary')).headers['cache-control']).toBe('no-cache');
  });

  test('to keep no error', async () => {
    const { kept, bytes, get } = setup();
    kept.current = { ...bytes, status: 503, stale: true };
    const replies = [await get('/summary'), await get('/nowhere'), await get('/summary', {}, 'POST')];
    kept.current = undefined;
    replies.push(await get('/summary'), await get('/all'));
    expect(replies.map(({ status }) => status)).toEqual([503, 404, 405, 503, 503]);
    for (const { headers } of replies) {
      expect(headers['cache-control']).toBe('no-store');
      expect(headers).not.toHaveProperty('age');
    }
  });
});

describe('what is sent', () => {
  test('is the bytes as they are, with their headers', async () => {
    const { bytes, get } = setup();
    const { status, headers, body } = await get('/summary');
    expect(status).toBe(200);
    expect(body).toBe(bytes.body);
    expect(headers).toEqual({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes.body.byteLength),
      'content-encoding': 'gzip',
      etag: '"tag"',
      age: '7',
      'cache-control': 'private, max-age=9',
      vary: 'Accept, Accept-Encoding, Authorization',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
  });

  test('at once, without a promise, where it is warm', () => {
    const { handler } = setup();
    expect(handler({ method: 'GET', url: '/prometheus/metrics/summary', headers: {} })).not.toBeInstanceOf(Promise);
  });

  test('to HEAD is everything but the body', async () => {
    const { get } = setup();
    for (const path of ['/summary', '', '/docs', '/nowhere']) {
      const head = await get(path, {}, 'HEAD');
      expect(head.body).toBeUndefined();
      const { status, headers } = await get(path);
      expect(head).toEqual({ status, headers, body: undefined });
      expect(Number(headers['content-length'])).toBeGreaterThan(0);
    }
  });

  test('where the client has it already is 304 without a body and what describes one, but with its age', async () => {
    const { get } = setup();
    for (const method of ['GET', 'HEAD']) {
      const reply = await get('/summary', { 'if-none-match': 'W/"tag"' }, method);
      expect(reply).toEqual({
        status: 304,
        headers: {
          'content-encoding': 'gzip',
          etag: '"tag"',
          age: '7',
          'cache-control': 'private, max-age=9',
          vary: 'Accept, Accept-Encoding, Authorization',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
        },
        body: undefined,
      });
    }
  });

  test('is never 304 for what is not there', async () => {
    const { kept, bytes, get } = setup();
    kept.current = { ...bytes, status: 503 };
    expect((await get('/summary', { 'if-none-match': '*' })).status).toBe(503);
    expect((await get('/nowhere', { 'if-none-match': '*' })).status).toBe(404);
  });
});

describe('the view that is asked for', () => {
  test.each([
    ['/summary', {}, 'summary json identity'],
    ['/summary?values=number', {}, 'summary json-numbers identity'],
    ['/summary/?a=1&values=number', { 'accept-encoding': 'gzip' }, 'summary json-numbers gzip'],
    ['/summary?values=string', {}, 'summary json identity'],
    ['/summary?values', { accept: 'application/openmetrics-text' }, 'summary json identity'],
    ['/system', {}, 'system text identity'],
    ['/system', { accept: 'application/openmetrics-text' }, 'system openmetrics identity'],
    [
      '/all?x=1',
      { accept: ['text/html', 'application/openmetrics-text'], 'accept-encoding': 'br, gzip' },
      'all openmetrics gzip',
    ],
  ] as const)('by %s with %j is %s', async (path, headers, expected) => {
    const { asked, get } = setup();
    await get(path, headers);
    expect(asked.map(({ endpoint, format, encoding }) => `${endpoint} ${format} ${encoding}`)).toEqual([expected]);
  });
});

describe('where there is nothing to show', () => {
  test('JSON says so, with a timestamp', async () => {
    const { kept, clock, get } = setup();
    kept.current = undefined;
    const reply = await get('/summary');
    expect([reply.status, reply.headers['content-type']]).toEqual([503, 'application/json; charset=utf-8']);
    expect(bodyOf(reply)).toEqual({
      timestamp: new Date(clock.now()).toISOString(),
      status: 'unavailable',
      error: { code: 'unavailable', message: 'no data source has responded in time' },
    });
  });

  test('text is one comment, and OpenMetrics nothing but its end', async () => {
    const { kept, get } = setup();
    kept.current = undefined;
    const plain = await get('/all');
    expect([plain.status, plain.headers['content-type'], new TextDecoder().decode(plain.body)]).toEqual([
      503,
      'text/plain; version=0.0.4; charset=utf-8',
      '# unavailable: no data source has responded in time\n',
    ]);
    const open = await get('/all', { accept: 'application/openmetrics-text' });
    expect([open.status, open.headers['content-type'], new TextDecoder().decode(open.body)]).toEqual([
      503,
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
      '# EOF\n',
    ]);
  });

  test('bytes that have expired are not shown either', async () => {
    const { clock, get } = setup();
    await clock.advance(292_800);
    expect((await get('/summary')).status).toBe(200);
    await clock.advance(1);
    expect((await get('/summary')).status).toBe(503);
  });
});

describe('paths', () => {
  test.each(['/%73ummary', '/summary/', '/%73%75mmary/?x=1'])('%s is another spelling of /summary', async (path) => {
    const { get } = setup();
    expect((await get(path)).status).toBe(200);
  });

  test.each([
    '/nowhere',
    '/summary/x',
    '//summary',
    '/summary//',
    '//',
    '/Summary',
    '/summary%2f',
    '/%',
    '/%zzsummary',
    '/../metrics/summary',
    '/__proto__',
    '/all;a=1',
  ])('%s is nowhere, and the answer lists those that there are', async (path) => {
    const { get, asked } = setup();
    const reply = await get(path);
    expect(reply.status).toBe(404);
    expect(bodyOf(reply)).toEqual({
      error: { code: 'not_found', message: expect.stringContaining('/prometheus/metrics/summary') },
      paths: routes.map((route) => `/prometheus/metrics${route.path}`),
    });
    expect(asked).toEqual([]);
  });

  test('may end with a slash', async () => {
    const { get } = setup();
    for (const { path } of routes) expect((await get(`${path}/`)).status).toBe(200);
    expect((await get('/?x=1')).status).toBe(200);
  });

  test('begin with the prefix, also where that is the root', async () => {
    const { handler, get } = setup('');
    expect((await get('/summary')).status).toBe(200);
    expect((await get('')).status).toBe(200);
    expect((await handler({ method: 'GET', url: '/prometheus/metrics/summary', headers: {} })).status).toBe(404);
    expect((await handler({ method: 'GET', url: '/', headers: {} })).status).toBe(404);
    expect((await handler({ method: 'GET', url: '', headers: {} })).status).toBe(404);
  });
});

describe('methods', () => {
  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'QUERY', 'get', 'BREW', ''])(
    '%j is not allowed, on any path that there is',
    async (method) => {
      const { get, asked } = setup();
      for (const { path } of routes) {
        const reply = await get(path, {}, method);
        expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD']);
        expect(bodyOf(reply)).toEqual({
          error: { code: 'method_not_allowed', message: `Expected GET or HEAD, got ${method}.` },
        });
      }
      expect(asked).toEqual([]);
    },
  );

  test('of any length leave the answer short', async () => {
    const { get } = setup();
    expect((await get('/summary', {}, 'X'.repeat(100_000))).body?.byteLength).toBeLessThan(200);
  });
});

describe('the documentation', () => {
  test('is Markdown with a tag that stays until it changes, compressed or not', async () => {
    const { kept, get } = setup();
    const plain = await get('/docs');
    expect([plain.status, plain.headers['content-type'], plain.headers['cache-control']]).toEqual([
      200,
      'text/markdown; charset=utf-8',
      'no-cache',
    ]);
    expect(new TextDecoder().decode(plain.body)).toBe('# Metrics API\n');
    const zipped = await get('/docs', { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body!).toString()).toBe('# Metrics API\n');
    expect((await get('/docs', { 'accept-encoding': 'gzip' })).body).toBe(zipped.body);
    const tags = [plain, zipped].map(({ headers }) => headers['etag']!);
    expect(new Set(tags).size).toBe(2);
    expect((await get('/docs', { 'if-none-match': tags[0] })).status).toBe(304);
    expect((await get('/docs', { 'if-none-match': tags[0], 'accept-encoding': 'gzip' })).status).toBe(200);

    kept.docs = '# Other\n';
    const changed = await get('/docs', { 'if-none-match': tags[0] });
    expect([changed.status, new TextDecoder().decode(changed.body)]).toEqual([200, '# Other\n']);
    expect(gunzipSync((await get('/docs', { 'accept-encoding': 'gzip' })).body!).toString()).toBe('# Other\n');
  });
});

describe('the scrape target', () => {
  test('speaks both formats, compressed or not, and is never cached without asking', async () => {
    const { get } = setup();
    const plain = await get('');
    expect([plain.status, plain.headers['content-type'], plain.headers['cache-control']]).toEqual([
      200,
      'plain',
      'no-cache',
    ]);
    expect((await get('', { accept: 'application/openmetrics-text' })).headers['content-type']).toBe('open');
    const zipped = await get('', { 'accept-encoding': 'gzip' });
    expect([zipped.headers['content-encoding'], gunzipSync(zipped.body!).toString()]).toEqual(['gzip', 'up 1\n']);
  });

  test('and the documentation ask for no view, while HEAD of an endpoint does', async () => {
    const { asked, get } = setup();
    await get('');
    await get('/docs');
    expect(asked).toEqual([]);
    await get('/all', {}, 'HEAD');
    expect(asked.map(({ endpoint }) => endpoint)).toEqual(['all']);
  });
});

describe('every answer is counted', () => {
  test('once, under the endpoint or, for all that is no endpoint, under one name', async () => {
    const { observed, get } = setup();
    await get('/summary');
    await get('/summary', { 'if-none-match': '*' });
    await get('/all', {}, 'HEAD');
    await get('');
    await get('/docs');
    await get('/business', {}, 'BREW');
    for (const path of ['/a', '/b', '/../../etc/passwd']) await get(path, {}, path);
    expect(observed).toEqual([
      ['summary', 200],
      ['summary', 304],
      ['all', 200],
      ['scrape', 200],
      ['docs', 200],
      ['business', 405],
      ['other', 404],
      ['other', 404],
      ['other', 404],
    ]);
  });

  test('with labels of a fixed set, whatever clients send', async () => {
    const { observed, handler } = setup();
    const endpoints = new Set([...routes.map(({ endpoint }) => endpoint), 'other']);
    const path = fc.oneof(fc.webPath(), fc.constantFrom(...routes.map((route) => `/prometheus/metrics${route.path}`)));
    const request = fc.record({
      method: fc.oneof(fc.string(), fc.constantFrom('GET', 'HEAD')),
      url: fc.oneof(
        path,
        fc.tuple(path, fc.webQueryParameters()).map(([a, b]) => `${a}?${b}`),
        fc.string(),
      ),
      headers: fc.dictionary(fc.constantFrom('accept', 'accept-encoding', 'if-none-match'), fc.string()),
    });
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const { status, headers, body } = await handler(given);
        expect([200, 304, 404, 405]).toContain(status);
        if (given.method !== 'HEAD' && status !== 304) expect(headers['content-length']).toBe(String(body?.byteLength));
      }),
    );
    expect(observed.every(([endpoint]) => endpoints.has(endpoint))).toBe(true);
  });
});

describe('a source that breaks its contract', () => {
  test.each(['current', 'docs', 'scrape', 'fetch'] as const)(
    'in %s is a 500 that tells nothing, and is reported',
    async (which) => {
      const { kept, clock, sources, observed, defects } = setup();
      if (which === 'fetch') kept.current = undefined;
      const error = new Error('secret detail');
      const { handle: handler } = createMetricsMount(
        routes,
        '',
        {
          ...sources,
          [which]: () => {
            throw error;
          },
        },
        clock,
      );
      const path = { current: '/summary', fetch: '/summary', docs: '/docs', scrape: '' }[which];
      const reply = await handler({ method: 'GET', url: `/metrics${path}`, headers: {} });
      expect([reply.status, reply.headers['cache-control']]).toEqual([500, 'no-store']);
      expect(bodyOf(reply)).toEqual({ error: { code: 'internal', message: 'The request could not be answered.' } });
      expect(defects).toEqual([error]);
      expect(observed.map(([, status]) => status)).toEqual([500]);
    },
  );
});
