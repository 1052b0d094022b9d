import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import type { Behaviour, FakeResult } from '../support/fake-prometheus.js';
import {
  apiError,
  chainedGzip,
  endlessBody,
  endlessGzipBomb,
  endlessGzipOfNothing,
  gzipBomb,
  gzipped,
  hangUp,
  htmlPage,
  plainText,
  redirect,
  reply,
  reset,
  resetMidBody,
  truncate,
  truncateChunks,
} from '../support/fake-upstream-behaviours.js';
import { freePort } from '../support/free-port.js';
import { clientOf, errorOf, instant, startClient } from './start-client.js';

/** The error of a query to an upstream that behaves so; its message with URL in place of the upstream's. */
async function failure(behaviour: Behaviour) {
  const { fake, ask } = await startClient();
  fake.behave(behaviour);
  const { code, message, retryAfter } = await errorOf(ask());
  return { code, message: message.replaceAll(fake.url, 'URL'), retryAfter };
}

const json = { 'content-type': 'application/json' };

describe('refused credentials', () => {
  test.each([401, 403])('with HTTP %i say which settings to look at', async (status) => {
    const { fake, ask } = await startClient({ prometheusToken: 'wrong' });
    fake.behave(plainText(status, 'no org id\n'));
    expect(await errorOf(ask())).toMatchObject({
      code: 'upstream_unauthorized',
      message: `Prometheus at ${fake.url} refused our credentials (HTTP ${status}): check PROMETHEUS_TOKEN: no org id`,
    });
  });

  test('that were never set say which settings to set', async () => {
    const { code, message } = await failure(htmlPage(401));
    expect(code).toBe('upstream_unauthorized');
    expect(message).toMatch(/^Prometheus at URL wants credentials \(HTTP 401\).*set PROMETHEUS_TOKEN, .*PASSWORD$/);
  });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'with HTTP %i is an error that says where to, without the query',
    async (status) => {
      const { code, message } = await failure(redirect('https://login.example.org/start?token=canary#x', status));
      expect(code).toBe('upstream_redirected');
      expect(message).toContain(`redirects to https://login.example.org/start (HTTP ${status})`);
      expect(message).toContain('PROMETHEUS_URL');
      expect(message).not.toContain('canary');
    },
  );

  test.each([
    ['/graph?x=1', 'URL/graph'],
    ['../../-/ready', 'URL/-/ready'],
    ['https://user:canary@example.org/', 'https://example.org/'],
    ['javascript:alert(1)', 'something that is not HTTP'],
    ['http://[', 'nowhere'],
  ])('to %s is told as one to %s', async (location, told) => {
    const { message } = await failure(redirect(location));
    expect(message).toContain(`redirects to ${told} (HTTP 302)`);
    expect(message).not.toContain('canary');
  });

  test('is never followed', async () => {
    const other = await startClient();
    const { fake, ask } = await startClient();
    fake.behave(redirect(`${other.fake.url}/api/v1/query`, 307));
    await errorOf(ask());
    expect(other.fake.requests).toEqual([]);
    expect(fake.requests).toHaveLength(1);
  });
});

describe('an overloaded upstream', () => {
  test.each([
    ['30', 30],
    [new Date(instant).toUTCString(), expect.any(Number)],
    ['86400', 3600],
    ['soon', undefined],
  ])('that says Retry-After %s is given that time', async (header, retryAfter) => {
    const told = await failure(plainText(429, 'too many requests', { 'retry-after': header }));
    expect(told).toMatchObject({ code: 'upstream_overloaded', retryAfter });
    expect(told.message).toBe('Prometheus at URL asks for patience (HTTP 429): too many requests');
  });

  test('that replays its log says so in plain text', async () => {
    expect(await failure(plainText(503, 'Service Unavailable\n'))).toEqual({
      code: 'upstream_overloaded',
      message: 'Prometheus at URL asks for patience (HTTP 503): Service Unavailable',
      retryAfter: undefined,
    });
  });
});

describe('a refused query', () => {
  test.each([
    [400, 'bad_data', 'invalid parameter "query": 1:5: parse error: unexpected end of input'],
    [422, 'execution', 'multiple matches for labels'],
    [500, 'internal', 'storage failed'],
  ])('with HTTP %i is told in the words of Prometheus', async (status, type, error) => {
    expect(await failure(apiError(status, type, error))).toMatchObject({
      code: 'upstream_rejected',
      message: `Prometheus at URL answered HTTP ${status}: ${type}: ${error}`,
    });
  });

  test('whose reason is long or has control characters is told in one line of 500 characters', async () => {
    const { message } = await failure(apiError(422, 'execution', `a\n\u001b[31m${'b'.repeat(10_000)}`));
    expect(message).toMatch(/^Prometheus at URL answered HTTP 422: execution: a \[31mb+…$/);
    expect(message.length).toBeLessThan(560);
  });

  test('with status 200 is refused all the same', async () => {
    const document = { status: 'error', errorType: 'execution', error: 'no' };
    expect(await failure(reply(JSON.stringify(document)))).toMatchObject({
      code: 'upstream_rejected',
      message: 'Prometheus at URL answered HTTP 200: execution: no',
    });
  });

  test('because it took Prometheus too long is a timeout, which asks nobody for patience', async () => {
    expect(await failure(apiError(503, 'timeout', 'query timed out', { 'retry-after': '60' }))).toEqual({
      code: 'upstream_timeout',
      message: 'Prometheus at URL ran out of time (HTTP 503): timeout: query timed out',
      retryAfter: undefined,
    });
  });

  test('in gzip is told as well', async () => {
    const body = gzipSync(JSON.stringify({ status: 'error', errorType: 'bad_data', error: 'no' }));
    const { message } = await failure(reply(body, { status: 400, headers: { ...json, 'content-encoding': 'gzip' } }));
    expect(message).toBe('Prometheus at URL answered HTTP 400: bad_data: no');
  });
});

describe('something that is not Prometheus', () => {
  test.each([
    ['a page of HTML', htmlPage(), "answered text/html, not Prometheus's JSON: is PROMETHEUS_URL right?"],
    ['plain text', plainText(200, 'ok'), "answered text/plain, not Prometheus's JSON: is PROMETHEUS_URL right?"],
    ['no content type', reply('{}', { headers: {} }), "answered without a content type, not Prometheus's JSON"],
    ['other JSON', reply('{"hello":"world"}'), 'answered JSON, but not {"status":"success","data":…}'],
    ['a JSON null', reply('null'), 'answered JSON, but not {"status":"success","data":…}'],
    ['success without data', reply('{"status":"success"}'), 'answered JSON, but not {"status":"success","data":…}'],
    ['data without success', reply('{"data":{"resultType":"vector","result":[]}}'), 'answered JSON, but not'],
    ['nothing', reply('', { status: 204, headers: {} }), 'answered HTTP 204, not as Prometheus does'],
    ['HTML of status 500', htmlPage(500), 'answered HTTP 500, not as Prometheus does'],
    ['text of status 418', plainText(418, 'teapot'), 'answered HTTP 418, not as Prometheus does: teapot'],
    ['half of a document', reply('{"status":"suc'), 'answered JSON that does not parse'],
    ['an empty body', reply(''), 'answered JSON that does not parse'],
  ])('that answers %s is recognised', async (_, behaviour, words) => {
    const { code, message } = await failure(behaviour);
    expect(code).toBe('upstream_invalid');
    expect(message).toContain(`Prometheus at URL ${words}`);
  });

  test('at this path is told with the path', async () => {
    const { fake, client } = await startClient({}, { prefix: '/wrong' });
    fake.behave(plainText(404, '404 page not found\n'));
    expect(await errorOf(client.query('up', instant, new AbortController().signal))).toMatchObject({
      code: 'upstream_invalid',
      message:
        `Prometheus at ${fake.url}/wrong answered HTTP 404, not as Prometheus does: 404 page not found ` +
        '(asked at /wrong/api/v1/query: is the path of PROMETHEUS_URL right?)',
    });
  });

  test('but a proxy before it is told from it', async () => {
    expect(await failure(htmlPage(502))).toMatchObject({ code: 'upstream_unreachable' });
    expect(await failure(htmlPage(504))).toMatchObject({ code: 'upstream_timeout' });
  });

  test('and does not even speak HTTP is recognised, without a quote of what it said', async () => {
    const server = createServer((socket) => socket.resume().end('220 canary ESMTP\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const client = clientOf({ prometheusUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` });
    const error = await errorOf(client.query('up', instant, new AbortController().signal));
    expect(error).toMatchObject({ code: 'upstream_invalid', message: expect.stringContaining('not HTTP') });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
    await new Promise((resolve) => server.close(resolve));
  });

  test.each<[string, FakeResult]>([
    ['a matrix', { resultType: 'matrix', result: [] }],
    ['a string', { resultType: 'string', result: [1, 'text'] }],
    ['a label that is a number', { resultType: 'vector', result: [{ metric: { a: 1 }, value: [1, '1'] }] }],
    ['a value that is not a number', { resultType: 'vector', result: [{ metric: {}, value: [1, 'one'] }] }],
  ])('or gives %s is recognised', async (_, result) => {
    const { fake, ask } = await startClient();
    fake.answer({ up: result });
    expect(await errorOf(ask('up'))).toMatchObject({
      code: 'upstream_invalid',
      message: expect.stringContaining(`Prometheus at ${fake.url} answered `),
    });
  });
});

describe('an answer that breaks off', () => {
  test.each([
    ['before it begins', reset],
    ['before it begins, politely', hangUp],
    ['in the middle', resetMidBody],
    ['before all bytes that were announced', truncate('keep-alive')],
    ['before all bytes of a last answer', truncate('close')],
    ['before the last chunk', truncateChunks('keep-alive')],
    ['before the last chunk of a last answer', truncateChunks('close')],
  ])('%s is a broken connection, even if a whole document came', async (_, behaviour) => {
    const { code, message } = await failure(behaviour);
    expect(code).toBe('upstream_unreachable');
    expect(message).toMatch(
      /^Prometheus at URL: the connection was closed before the answer was complete \([A-Z_]+\)$/,
    );
  });

  test('in its body is not asked for again', async () => {
    const { fake, client, ask } = await startClient();
    fake.behave(resetMidBody);
    await errorOf(ask());
    expect([fake.requests.length, client.retries]).toEqual([1, 0]);
  });
});

describe('compression', () => {
  test('is not asked for', async () => {
    const { fake, ask } = await startClient();
    await ask();
    expect(fake.requests[0]!.headers['accept-encoding']).toBe('identity');
  });

  test.each(['gzip', 'GZIP', 'x-gzip'])('that comes all the same as %s is undone', async (encoding) => {
    const { fake, ask } = await startClient();
    fake.behave(gzipped(encoding));
    expect((await ask()).vector).toEqual([{ labels: { job: 'gateway' }, value: '1' }]);
  });

  test.each([
    ['twice over', chainedGzip(2)],
    ['a hundred times over', chainedGzip(100)],
    ['in two headers', gzipped(['gzip', 'gzip'])],
    ['as brotli', gzipped('br')],
    ['as deflate', gzipped('deflate')],
    ['as something unknown', gzipped('canary')],
  ])('%s is refused', async (_, behaviour) => {
    const { code, message } = await failure(behaviour);
    expect(code).toBe('upstream_invalid');
    expect(message).toContain('content encoding');
    expect(message).not.toContain('canary');
  });

  test.each([
    ['no gzip', Buffer.from('{"status":"success"}')],
    ['cut gzip', Buffer.from('H4sIAAAAAAAAA6tWKkmtKFGyUlAqSS0uUaoFAA', 'base64')],
  ])('that is %s is refused', async (_, body) => {
    const told = await failure(reply(body, { headers: { ...json, 'content-encoding': 'gzip' } }));
    expect(told).toMatchObject({ code: 'upstream_invalid', message: expect.stringContaining('gzip, but is not') });
  });
});

describe('an answer that is too long', () => {
  test.each([
    ['plain', endlessBody()],
    ['gzip that grows a thousandfold', endlessGzipBomb],
    ['gzip that is nothing when unpacked', endlessGzipOfNothing],
  ])('is broken off early: %s', async (_, behaviour) => {
    const { fake, ask } = await startClient({ prometheusMaxBody: 1024 * 1024 });
    fake.behave(behaviour);
    expect(await errorOf(ask())).toMatchObject({
      code: 'upstream_too_large',
      message: expect.stringContaining('longer than PROMETHEUS_MAX_BODY'),
    });
    await expect.poll(() => fake.inFlight).toBe(0);
    // What the network buffers on both sides may hold; the bomb would be some ten thousand times that when unpacked.
    expect(fake.bytesSent).toBeLessThan(32 * 1024 * 1024);
  });

  test('counts unpacked, even if it is short on the wire and good', async () => {
    const { fake, ask } = await startClient({ prometheusMaxBody: 1024 * 1024 });
    fake.behave(gzipBomb(2 ** 19));
    expect((await ask()).vector).toHaveLength(1);
    fake.behave(gzipBomb(2 ** 20));
    expect(await errorOf(ask())).toMatchObject({ code: 'upstream_too_large' });
  });

  test('is one byte over the limit, not at it', async () => {
    const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } });
    const within = await startClient({ prometheusMaxBody: body.length });
    within.fake.behave(reply(body));
    expect((await within.ask()).vector).toEqual([]);
    const over = await startClient({ prometheusMaxBody: body.length - 1 });
    over.fake.behave(reply(body));
    expect(await errorOf(over.ask())).toMatchObject({ code: 'upstream_too_large' });
  });

  test('but an error counts for what it is, and only its beginning is read', async () => {
    const { fake, ask } = await startClient({ prometheusMaxBody: 2 ** 40 });
    fake.behave(endlessBody(401));
    expect(await errorOf(ask())).toMatchObject({ code: 'upstream_unauthorized' });
    await expect.poll(() => fake.inFlight).toBe(0);
    expect(fake.bytesSent).toBeLessThan(32 * 1024 * 1024);
  });

  test('does not stand in the way of the next', async () => {
    const { fake, ask } = await startClient({ prometheusConnections: 1 });
    fake.behaveOnce(endlessGzipBomb);
    fake.behaveOnce(endlessBody(), ({ promql }) => promql === 'two');
    expect(await errorOf(ask('one'))).toMatchObject({ code: 'upstream_too_large' });
    expect(await errorOf(ask('two'))).toMatchObject({ code: 'upstream_too_large' });
    expect((await ask('three')).vector).toEqual([]);
  });
});

describe('no connection', () => {
  const ask = (client: PrometheusClient) => errorOf(client.query('up', instant, new AbortController().signal));

  test('because nothing listens there names host and system code, and is not tried twice', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const client = clientOf({ prometheusUrl: url });
    const error = await ask(client);
    expect(error).toMatchObject({ code: 'upstream_unreachable', cause: { code: 'ECONNREFUSED' } });
    expect(error.message).toMatch(new RegExp(`^Prometheus at ${url}: .*PROMETHEUS_URL.*\\(ECONNREFUSED\\)$`));
    expect(client.retries).toBe(0);
  });

  test('because there is no such host says so', async () => {
    const error = await ask(clientOf({ prometheusUrl: 'http://prometheus.invalid:9090' }));
    expect(error).toMatchObject({ code: 'upstream_unreachable' });
    expect(error.message).toMatch(/^Prometheus at http:\/\/prometheus\.invalid:9090: .*\((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  test('because http was asked over TLS says so', async () => {
    const { fake } = await startClient();
    const error = await ask(clientOf({ prometheusUrl: fake.url.replace('http:', 'https:') }));
    expect(error).toMatchObject({ code: 'upstream_unreachable', message: expect.stringContaining('TLS') });
  });
});
