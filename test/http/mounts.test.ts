import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Handler, MetricsRequest } from '../../src/http/message.js';
import { createMounts, toPath } from '../../src/http/mounts.js';

const ok = { status: 200, headers: {}, body: undefined };
const request = (url: string): MetricsRequest => ({ method: 'GET', url, headers: {} });

function setup(datasource: Handler = () => ok) {
  const urls: string[] = [];
  const errors: unknown[] = [];
  const metrics: Handler = ({ url }) => {
    urls.push(url);
    return ok;
  };
  const mounts = createMounts(
    [
      { base: '/prometheus/metrics', handle: metrics },
      { base: '/prometheus/api/v1', handle: datasource },
    ],
    (error) => errors.push(error),
  );
  return { ...mounts, urls, errors };
}

describe('the mounts', () => {
  test.each([
    '/prometheus/metrics',
    '/prometheus/metrics/',
    '/prometheus/metrics?x=1',
    '/prometheus/metrics/summary?values=number',
    '/prometheus/api/v1/query?query=up',
    'http://gateway.example/prometheus/metrics/summary',
    'HTTPS://gateway.example:8443/prometheus/api/v1/labels',
  ])('own %s', (url) => {
    expect(setup().owns(url)).toBe(true);
  });

  test.each([
    '/',
    '/prometheus',
    '/prometheus/metricsfoo',
    '/prometheus/api/v2/query',
    '/x/prometheus/metrics',
    'http://gateway.example',
    'ftp://gateway.example/prometheus/metrics',
    '*',
    '',
  ])('do not own %j', (url) => {
    expect(setup().owns(url)).toBe(false);
  });

  test('answer a target in absolute form like its path', async () => {
    const { handle, urls } = setup();
    await handle(request('http://gateway.example/prometheus/metrics/summary?values=number'));
    expect(urls).toEqual(['/prometheus/metrics/summary?values=number']);
  });

  test('give other targets to the first mount, which answers 404', async () => {
    const { handle, urls } = setup();
    await handle(request('/elsewhere'));
    expect(urls).toEqual(['/elsewhere']);
  });

  test('take everything after the authority of any absolute URL', () => {
    const path = fc.webPath().filter((text) => text !== '');
    fc.assert(
      fc.property(fc.webAuthority({ withPort: true }), path, fc.webQueryParameters(), (authority, text, query) => {
        expect(toPath(`http://${authority}${text}?${query}`)).toBe(`${text}?${query}`);
        expect(toPath(`https://${authority}?${query}`)).toBe(`/?${query}`);
      }),
    );
  });
});

describe('a reply that no server can send', () => {
  const odd = fc.record({
    status: fc.oneof(fc.integer({ min: -10, max: 199 }), fc.integer({ min: 600, max: 99_999 }), fc.double()),
    headers: fc.constant({}),
    body: fc.constant(undefined),
  });
  const oddHeaders = fc.record({
    status: fc.constant(200),
    headers: fc.oneof(
      fc.dictionary(fc.constantFrom('', 'a b', 'x\n', 'x:'), fc.string(), { minKeys: 1 }),
      fc.dictionary(fc.constant('x-odd'), fc.constantFrom('a\r\nset-cookie: b', 'a\0b', 'ś'), { minKeys: 1 }),
    ),
    body: fc.constant(undefined),
  });

  test('becomes a 500 that can be sent, and is reported', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(odd, oddHeaders), async (reply) => {
        fc.pre(
          !(
            Number.isInteger(reply.status) &&
            reply.status >= 200 &&
            reply.status <= 599 &&
            Object.keys(reply.headers).length === 0
          ),
        );
        const { handle, errors } = setup(async () => reply);
        const { status, headers, body } = await handle(request('/prometheus/api/v1/query'));
        expect(status).toBe(500);
        expect(new Response(body as Uint8Array<ArrayBuffer>, { status, headers }).status).toBe(500);
        expect(errors).toHaveLength(1);
      }),
    );
  });

  test.each<[string, Handler]>([
    [
      'throws',
      () => {
        throw new Error('bug');
      },
    ],
    ['rejects', () => Promise.reject(new Error('bug'))],
  ])('is a 500 where a mount %s', async (_, broken) => {
    const { handle, errors } = setup(broken);
    expect((await handle(request('/prometheus/api/v1/query'))).status).toBe(500);
    expect(errors).toEqual([new Error('bug')]);
  });
});
