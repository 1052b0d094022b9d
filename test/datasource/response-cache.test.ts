import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DatasourceLimitOptions } from '../../src/datasource/limits.js';
import { ResponseCache } from '../../src/datasource/response-cache.js';
import { apiError, reply } from '../support/fake-upstream-behaviours.js';
import { type AskOptions, form, ownMetrics, startDatasource } from './start-datasource.js';

/** A datasource whose clock is ours, and which says where each answer came from. */
async function start(limits: DatasourceLimitOptions = {}, body: string | Buffer = '{"status":"success","data":[]}') {
  const time = { now: 1000 };
  const started = await startDatasource({ now: () => time.now, limits });
  started.fake.behave(reply(body));
  const origin = async (path: string, options?: AskOptions) =>
    (await started.ask(`/api/v1${path}`, options)).headers['x-cache'];
  return { ...started, time, origin };
}

describe('what is kept', () => {
  test.each([
    '/query?query=up',
    '/query?query=up&time=',
    '/labels',
    '/labels?match[]=up&start=0&end=9&limit=40000',
    '/label/job/values',
    '/label/__name__/values?match[]=up',
    '/metadata',
    '/metadata?metric=up',
  ])('%s is asked once in three seconds', async (path) => {
    const { time, origin, fake } = await start();
    expect(await origin(path)).toBe('miss');
    time.now += 2999;
    expect(await origin(path)).toBe('hit');
    time.now += 2;
    expect(await origin(path)).toBe('miss');
    expect(fake.requests.length).toBe(2);
  });

  test.each([
    '/query?query=up&time=4',
    '/query_range?query=up&start=0&end=9&step=1',
    '/query_exemplars?query=up',
    '/series?match[]=up',
    '/status/buildinfo',
    '/rules',
    '/alerts',
    '/format_query?query=up',
  ])('%s is asked every time', async (path) => {
    const { origin } = await start();
    expect([await origin(path), await origin(path)]).toEqual(['miss', 'miss']);
  });

  test('POST is kept like GET, apart from it', async () => {
    const { origin } = await start();
    const post = { method: 'POST', headers: form, body: 'query=up' };
    expect(await origin('/query', post)).toBe('miss');
    expect(await origin('/query', post)).toBe('hit');
    expect(await origin('/query?query=up', { ...post, body: '' })).toBe('hit');
    expect(await origin('/query?query=up')).toBe('miss');
  });

  test('a kept answer is the one that came, with its age', async () => {
    const { ask, time } = await start({ cacheFor: '30s' }, '{"status":"success","data":["a"],"warnings":["w"]}');
    const first = await ask('/api/v1/labels');
    time.now += 2500;
    const second = await ask('/api/v1/labels');
    expect(second.body).toEqual(first.body);
    expect(first.headers.age).toBeUndefined();
    expect(second.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(first.body.length),
      'x-cache': 'hit',
      age: '2',
      'cache-control': 'no-store',
    });
  });

  test('compressed answers are kept as such, apart from plain ones', async () => {
    const { ask, fake } = await start();
    const zipped = gzipSync('["zipped"]');
    const json = { 'content-type': 'application/json' };
    fake.behave(
      reply(zipped, { headers: { ...json, 'content-encoding': 'gzip' } }),
      ({ headers }) => headers['accept-encoding'] === 'gzip',
    );
    const gzip = { headers: { 'accept-encoding': 'gzip' } };
    await ask('/api/v1/labels');
    await ask('/api/v1/labels', gzip);
    const [plain, compressed] = [await ask('/api/v1/labels'), await ask('/api/v1/labels', gzip)];
    expect([plain.headers['x-cache'], compressed.headers['x-cache']]).toEqual(['hit', 'hit']);
    expect(compressed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(compressed.body).toString()).toBe('["zipped"]');
    expect(plain.body.toString()).toBe('{"status":"success","data":[]}');
  });
});

describe('what is not', () => {
  test('errors', async () => {
    const { origin, fake } = await start();
    fake.behave(apiError(422, 'execution', 'no'));
    expect([await origin('/labels'), await origin('/labels')]).toEqual(['miss', 'miss']);
  });

  test('anything with a cacheFor of 0', async () => {
    const { origin } = await start({ cacheFor: 0 });
    expect([await origin('/labels'), await origin('/labels')]).toEqual(['miss', 'miss']);
  });

  test('an answer longer than what is held for those who join', async () => {
    const { origin } = await start({}, Buffer.alloc(4 * 1024 * 1024 + 1, ' '));
    expect([await origin('/labels'), await origin('/labels')]).toEqual(['miss', 'miss']);
  });

  test('an answer that broke off', async () => {
    const { ask, origin, fake } = await start();
    fake.behaveOnce((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('[', () => response.socket?.destroy());
    });
    await expect(ask('/api/v1/labels')).rejects.toThrow();
    expect(await origin('/labels')).toBe('miss');
  });
});

describe('memory', () => {
  test('the least used go when it runs out, and the metric says how much there is', async () => {
    const { origin, datasource } = await start({ cacheSize: '100KiB' }, Buffer.alloc(30_000, ' '));
    for (const name of ['a', 'b', 'c']) await origin(`/label/${name}/values`);
    expect(await origin('/label/a/values')).toBe('hit');
    await origin('/label/d/values');
    expect(await origin('/label/b/values')).toBe('miss');
    expect(await origin('/label/a/values')).toBe('hit');
    const bytes = Number(ownMetrics(datasource)['cache_bytes']);
    expect(bytes).toBeGreaterThan(90_000);
    expect(bytes).toBeLessThanOrEqual(100 * 1024);
  });

  test('an answer that would not fit is not kept', async () => {
    const { origin, datasource } = await start({ cacheSize: '10KiB' }, Buffer.alloc(30_000, ' '));
    expect([await origin('/labels'), await origin('/labels')]).toEqual(['miss', 'miss']);
    expect(ownMetrics(datasource)['cache_bytes']).toBe('0');
  });

  test('small answers with long keys count with their keys', () => {
    const cache = new ResponseCache({ cacheFor: 1000, cacheSize: 100_000 });
    for (let index = 0; index < 100; index += 1) {
      cache.set(`${index} ${'k'.repeat(10_000)}`, { status: 200, headers: {} }, Buffer.from('x'));
    }
    expect(cache.bytes).toBeLessThanOrEqual(100_000);
    expect(cache.get(`0 ${'k'.repeat(10_000)}`)).toBeUndefined();
    expect(cache.get(`99 ${'k'.repeat(10_000)}`)).toBeDefined();
  });
});
