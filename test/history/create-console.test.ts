import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import { createConsoleMount } from '../../src/history/console-mount.js';
import { createConsole } from '../../src/history/create-console.js';
import { pagePolicy, readPageFiles } from '../../src/history/page-files.js';
import { open } from '../../src/http/decision.js';
import type { MetricsResponse } from '../../src/http/message.js';
import type { RowState, Snapshot } from '../../src/model.js';
import { gatewayzCatalogue } from '../../src/presets/presets.js';
import { FakeClock } from '../support/fake-clock.js';
import { noon } from '../support/refreshing.js';
import { fresh, gone, snapshotOf } from '../support/snapshot-of.js';

const catalogue = createCatalogue(gatewayzCatalogue, { selector: [], marker: undefined });

function start(rows: Record<string, RowState> = {}, more: Partial<Snapshot> = {}, hasPage = true) {
  const calls: string[] = [];
  const observed: string[] = [];
  const clock = new FakeClock(noon);
  const console = createConsole({
    catalogue,
    snapshot: async (endpoint) => {
      calls.push(endpoint);
      return snapshotOf(rows, {
        evaluationTime: clock.now() - 5_200,
        madeAt: clock.now(),
        nextRefresh: clock.now() + 4_800,
        expires: clock.now() + 294_800,
        ...more,
      });
    },
    queryRange: async () => [],
    page: hasPage ? readPageFiles() : undefined,
    evaluationDelay: 5_000,
    clock,
  });
  let authorize = open;
  const handle = createConsoleMount({
    console,
    prefix: '/prometheus',
    authorize: (request, area) => authorize(request, area),
    observe: (endpoint, status) => observed.push(`${endpoint} ${status}`),
    defect: (error) => {
      throw error;
    },
  });
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<MetricsResponse> =>
    handle({ method, url: `/prometheus/console${path}`, headers });
  const deny = (): void => {
    const error = new GatewayzMetricsError('unauthorized', 'No.');
    authorize = () => ({ allowed: false, error, challenge: 'Bearer' });
  };
  return { calls, observed, clock, get, deny };
}

const text = ({ body }: MetricsResponse): string => Buffer.from(body as Uint8Array).toString();
const json = (response: MetricsResponse): Record<string, unknown> =>
  JSON.parse(text(response)) as Record<string, unknown>;

describe('the page', () => {
  test('is a folder of its own, reached by a relative redirect that reads no header of a proxy', async () => {
    const { get } = start();
    const forwarded = { 'x-forwarded-prefix': '/evil', 'x-forwarded-host': 'evil.example', host: 'evil.example' };
    const plain = await get('');
    expect(plain).toMatchObject({ status: 308, headers: { location: 'console/' } });
    expect(await get('', forwarded)).toEqual(plain);
    expect(await get('/', forwarded)).toEqual(await get('/'));
  });

  test('has a policy without inline code, may not be framed, and is asked for again while its assets are not', async () => {
    const { get } = start();
    const page = await get('/');
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    expect(pagePolicy).toContain("frame-ancestors 'none'");
    expect(pagePolicy).toContain("require-trusted-types-for 'script'");
    expect(pagePolicy).not.toContain('unsafe');
    for (const [, path] of text(page).matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)) {
      const asset = await get(path!, { 'accept-encoding': 'gzip' });
      expect(asset).toMatchObject({
        status: 200,
        headers: {
          'cache-control': 'public, max-age=31536000, immutable',
          'content-encoding': 'gzip',
          'content-security-policy': pagePolicy,
        },
      });
      expect(gunzipSync(asset.body as Uint8Array).toString()).toBe(text(await get(path!)));
      const again = await get(path!, { 'accept-encoding': 'gzip', 'if-none-match': asset.headers['etag']! });
      expect(again.status).toBe(304);
    }
  });

  test('is public, the same for everybody, and holds no data; its data is not', async () => {
    const { get, deny } = start({ 'http.total_requests': fresh('4711') });
    const before = await get('/');
    deny();
    expect(await get('/')).toEqual(before);
    expect(text(before)).not.toContain('4711');
    expect(await get('/data')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(await get('/history?field=http.error_rate')).toMatchObject({ status: 401 });
  });

  test('has no other paths and methods', async () => {
    const { get, observed } = start();
    for (const path of ['/nothing', '/assets/', '/assets/../index.html', '/index.html', '/%2e%2e/x']) {
      expect((await get(path)).status, path).toBe(404);
    }
    expect(await get('/data', {}, 'POST')).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect((await get('/', {}, 'HEAD')).body).toBeUndefined();
    expect(new Set(observed)).toEqual(new Set(['console 404', 'console 405', 'console 200']));
  });

  test('says so where a bundler has left its files out', async () => {
    const { get } = start({}, {}, false);
    const response = await get('/');
    expect(response.status).toBe(404);
    expect(text(response)).toContain('not part of this build');
  });
});

describe('the data', () => {
  test('costs Prometheus for a hundred viewers what it costs for one, and nothing when nobody looks', async () => {
    const { get, calls, clock } = start({ 'http.total_requests': fresh('1') });
    expect(calls).toEqual([]);
    await Promise.all(Array.from({ length: 100 }, () => get('/data')));
    expect(calls).toEqual(['console']);
    await clock.advance(10_000);
    await Promise.all(Array.from({ length: 100 }, () => get('/data?models=tokens')));
    expect(calls).toEqual(['console', 'console', 'console.models.tokens']);
    await clock.advance(3_600_000);
    expect(calls).toHaveLength(3);
  });

  test('says how old it is and when there will be more, as the other endpoints do', async () => {
    const { get, clock } = start({ 'http.total_requests': fresh('1') });
    expect((await get('/data')).headers).toMatchObject({ age: '5', 'cache-control': 'private, max-age=9' });
    await clock.advance(3_000);
    const { headers, status } = await get('/data');
    expect({ headers, status }).toMatchObject({
      status: 200,
      headers: { age: '8', 'cache-control': 'private, max-age=9' },
    });
  });

  test('is compressed for who can read that', async () => {
    const { get } = start();
    const { headers, body } = await get('/data', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(body as Uint8Array).toString())).toMatchObject({ verdict: expect.anything() });
  });

  test('is unavailable with the reason where nothing recent is left', async () => {
    const { get } = start({}, { status: 'unavailable', failure: 'Prometheus does not respond.' });
    const response = await get('/data');
    expect(response.status).toBe(503);
    expect(json(response)).toMatchObject({ status: 'unavailable', error: { message: 'Prometheus does not respond.' } });
  });

  test('tells a Health Service that is down', async () => {
    const { get } = start({ 'http.request_rate_per_minute': fresh('60'), gatewayz_health_service_up: fresh('0') });
    expect(json(await get('/data'))['verdict']).toMatchObject({
      sentence: 'Part unknown: the Health Service is down.',
    });
  });

  test('records no value that is old or missing', async () => {
    const { get } = start({
      'http.total_requests': fresh('7'),
      'http.error_rate': gone('no requests in the last 5 minutes'),
      fastapi_requests_in_progress: { ...fresh('3'), evaluationTime: noon - 60_000, reason: 'query timed out' },
    });
    const { history, stale, values } = json(await get('/data')) as {
      history: { values: Record<string, number[]> };
      stale: Record<string, number>;
      values: Record<string, number | null>;
    };
    expect(history.values).toEqual({ 'http.total_requests': [7] });
    expect(stale['http.in_progress']).toBe(60);
    expect(values).toMatchObject({ 'http.in_progress': 3, 'http.error_rate': null });
  });

  test('ignores parameters that are none', async () => {
    const { get, calls } = start();
    await get('/data?models=drop%20table&since=-1e9');
    expect(calls).toEqual(['console']);
    expect((await get('/history?field=../../etc/passwd&range=9y')).status).toBe(404);
  });
});
