import { describe, expect, test } from 'vitest';
import { deferred } from '../support/deferred.js';
import { FakeClock } from '../support/fake-clock.js';
import type { Behaviour } from '../support/fake-prometheus.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import {
  apiError,
  chainedGzip,
  endlessBody,
  hangMidBody,
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
import { until } from '../support/until.js';
import { ownMetrics, startDatasource } from './start-datasource.js';

const query = '/api/v1/query?query=up&time=4';
const error = (errorType: string, text: string) => JSON.stringify({ status: 'error', errorType, error: text });

describe('an upstream that cannot be reached', () => {
  test('is 503 in the form of Prometheus, without a word about the inside; the log has it, once, and its end', async () => {
    const { ask, fake, log } = await startDatasource();
    const { port } = fake;
    await fake.close();
    for (let call = 0; call < 3; call += 1) {
      const { status, headers, body } = await ask(query);
      expect([status, headers['content-type'], headers['cache-control'], body.toString()]).toEqual([
        503,
        'application/json',
        'no-store',
        error('unavailable', 'the upstream cannot be reached'),
      ]);
    }
    expect(log).toEqual([
      expect.stringMatching(
        new RegExp(`^Prometheus at http://127.0.0.1:${port}: nothing listens there.*upstream_unreachable`),
      ),
    ]);

    const again = await startFakePrometheus({ port });
    try {
      expect((await ask(query)).status).toBe(200);
    } finally {
      await again.close();
    }
    expect(log.slice(1)).toEqual([`Prometheus at http://127.0.0.1:${port}: recovered (datasource) {}`]);
  });

  test('an idle connection that was closed meanwhile is no failure: the call is made again, once', async () => {
    const { ask, fake } = await startDatasource();
    for (const behaviour of [reset, hangUp]) {
      fake.behaveOnce(behaviour);
      expect((await ask(query)).status).toBe(200);
    }
    expect(fake.requests.length).toBe(4);
    fake.behave(reset);
    expect((await ask(query)).status).toBe(503);
    expect(fake.requests.length).toBe(6);
  });

  test('a POST is made again with its form', async () => {
    const { ask, fake } = await startDatasource();
    fake.behaveOnce(reset);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask('/api/v1/query', { method: 'POST', headers, body: 'query=up&time=4' })).status).toBe(200);
    expect(fake.requests.map(({ promql }) => promql)).toEqual(['up', 'up']);
  });
});

test('answers and errors of the API leave their connection for the next call; those that break off or are not read do not', async () => {
  const { ask, fake } = await startDatasource();
  for (const behaviour of [apiError(422, 'execution', 'no'), reply('[]'), htmlPage(), reply('[]')]) {
    fake.behaveOnce(behaviour);
    await ask(query);
  }
  fake.behaveOnce(resetMidBody);
  await expect(ask(query)).rejects.toThrow();
  await ask(query);
  expect(fake.requests.map(({ connection }) => connection)).toEqual([1, 1, 1, 2, 2, 3]);
});

test('when all idle connections were closed meanwhile, the call gets a new one and is no failure', async () => {
  const { ask, fake } = await startDatasource();
  const release = deferred();
  fake.behave((response, asked) => void release.promise.then(() => reply('[]')(response, asked)));
  const answers = Promise.all([1, 2, 3].map((time) => ask(`/api/v1/query?query=up&time=${time}`)));
  await until(() => fake.inFlight === 3, { what: 'three connections are in use' });
  release.resolve();
  await answers;
  fake.behave(reset, ({ connection }) => connection <= 3);
  expect((await ask(query)).status).toBe(200);
  expect(fake.requests.slice(3).map(({ connection }) => connection <= 3)).toEqual([true, false]);
});

describe('an answer that breaks off breaks off for the client too', () => {
  test.each<[string, Behaviour]>([
    ['reset', resetMidBody],
    ['shorter than its length', truncate('keep-alive')],
    ['shorter than its length, on a connection that ends', truncate('close')],
    ['without its last chunk', truncateChunks('keep-alive')],
    ['without its last chunk, on a connection that ends', truncateChunks('close')],
  ])('%s', async (_, behaviour) => {
    const { ask, fake } = await startDatasource();
    fake.behave(behaviour);
    await expect(ask(query)).rejects.toThrow(/aborted|hang up|ECONNRESET/);
    expect(fake.requests.length).toBe(1);
  });
});

describe('an answer that is not of the Prometheus API', () => {
  const foreign = error('internal', 'the upstream sent no response of the Prometheus API');
  const impatient = error('unavailable', 'the upstream is overloaded or starting');
  const unexplained = error('bad_data', 'the upstream rejected the request without a reason in JSON');

  test.each<[string, Behaviour, number, string]>([
    ['a page', htmlPage(), 502, foreign],
    ['a page with 500', htmlPage(500), 502, foreign],
    ['an unheard-of status', plainText(799, 'what?'), 502, foreign],
    ['compressed although nobody asked', chainedGzip(2), 502, foreign],
    ['a proxy that has no upstream', htmlPage(502), 503, error('unavailable', 'the upstream cannot be reached')],
    ['a proxy that waited in vain', htmlPage(504), 503, error('timeout', 'the upstream ran out of time')],
    ['a proxy with a page for 503', htmlPage(503), 503, impatient],
    ['429 in plain text', plainText(429, 'slow down'), 503, impatient],
    [
      'refused credentials',
      plainText(401, 'no', { 'www-authenticate': 'Basic' }),
      502,
      error('internal', 'the upstream rejected the credentials of this service'),
    ],
    [
      'refused credentials, in JSON',
      apiError(403, 'forbidden', 'tenant b'),
      502,
      error('internal', 'the upstream rejected the credentials of this service'),
    ],
    ['an address of ours', plainText(400, 'remoteAddr: "10.1.2.3:5"; unsupported path'), 400, unexplained],
    ['another refusal', plainText(413, '10.1.2.3'), 413, unexplained],
  ])('%s', async (_, behaviour, status, body) => {
    const { ask, fake } = await startDatasource();
    fake.behave(behaviour);
    const answer = await ask(query);
    expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
      status,
      'application/json',
      body,
    ]);
    expect(answer.headers['www-authenticate']).toBeUndefined();
  });

  test('what Prometheus itself says in plain text is said as it does', async () => {
    const { ask, fake } = await startDatasource();
    fake.behaveOnce(plainText(503, 'Service Unavailable', { 'x-prometheus-stopping': 'false', 'retry-after': '3' }));
    const starting = await ask(query);
    expect([starting.status, starting.body.toString(), starting.headers['retry-after']]).toEqual([
      503,
      'Service Unavailable',
      '3',
    ]);
    fake.behaveOnce(plainText(404, '404 page not found at inner:9090'));
    const unknown = await ask(query);
    expect([unknown.status, unknown.body.toString()]).toEqual([404, '404 page not found\n']);
    fake.behaveOnce(plainText(405, 'inner says no', { allow: 'GET' }));
    const refused = await ask(query, { method: 'POST' });
    expect([refused.status, refused.body.toString(), refused.headers.allow]).toEqual([
      405,
      'Method Not Allowed\n',
      'GET, OPTIONS',
    ]);
  });

  test('Retry-After of the upstream is passed on', async () => {
    const { ask, fake } = await startDatasource();
    fake.behave(plainText(429, 'slow down', { 'retry-after': '12' }));
    expect((await ask(query)).headers['retry-after']).toBe('12');
  });

  test.each([301, 302, 307, 308])(
    'a redirect (%i) is 502; nobody follows it, nobody else gets our credentials',
    async (status) => {
      const other = await startFakePrometheus();
      try {
        const { ask, fake, log } = await startDatasource({ upstream: { prometheusToken: 'secret-token' } });
        fake.behave(redirect(`${other.url}/api/v1/query?token=secret-token`, status));
        const answer = await ask(query);
        expect([answer.status, answer.headers.location, answer.body.toString()]).toEqual([
          502,
          undefined,
          error('internal', 'the upstream redirects, which is not followed'),
        ]);
        expect(other.requests).toEqual([]);
        expect(log.join()).not.toContain('secret-token');
      } finally {
        await other.close();
      }
    },
  );

  test('a page without end is not waited for', async () => {
    const { ask, fake } = await startDatasource();
    fake.behave((response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).write('<html>');
    });
    expect((await ask(query)).status).toBe(502);
    await until(() => fake.inFlight === 0, { what: 'the connection is closed' });
  });
});

describe('time', () => {
  test('an upstream that says nothing is given up after the timeout and a little grace, and the next call asks again', async () => {
    const clock = new FakeClock();
    const { ask, fake, datasource } = await startDatasource({ clock, limits: { timeout: '30s' } });
    fake.behaveOnce(() => {});
    const answer = ask(query);
    await until(() => fake.inFlight === 1, { what: 'the upstream is asked' });
    await clock.advance(34_999);
    expect(fake.inFlight).toBe(1);
    await clock.advance(1);
    const { status, body } = await answer;
    expect([status, body.toString()]).toEqual([503, error('timeout', 'the query took longer than the limit of 30s')]);
    await until(() => fake.inFlight === 0, { what: 'the call has been given up' });
    expect((await ask(query)).status).toBe(200);
    expect(ownMetrics(datasource)['rejected_total{limit="timeout"}']).toBe('1');
  });

  test('one that stops in the middle breaks off for the client', async () => {
    const clock = new FakeClock();
    const { ask, fake } = await startDatasource({ clock });
    fake.behave(hangMidBody);
    const answer = ask(query);
    const failed = expect(answer).rejects.toThrow(/aborted/);
    await until(() => fake.bytesSent > 0, { what: 'the answer has begun' });
    await clock.advance(125_000);
    await failed;
  });
});

describe('length', () => {
  test('an answer that says it is too long is 422, naming the limit', async () => {
    const { ask, fake, datasource } = await startDatasource({ limits: { answerSize: 1000 } });
    const json = { 'content-type': 'application/json' };
    fake.behave(reply(' '.repeat(1001), { headers: { ...json, 'content-length': '1001' } }));
    const { status, body } = await ask(query);
    expect([status, body.toString()]).toEqual([
      422,
      error('execution', 'the response has 1001 bytes, more than the limit of 1000 bytes'),
    ]);
    expect(ownMetrics(datasource)['rejected_total{limit="answer_size"}']).toBe('1');
    fake.behave(reply(' '.repeat(1000), { headers: { ...json, 'content-length': '1000' } }));
    expect((await ask(query)).body.length).toBe(1000);
  });

  test('one that turns out to be breaks off, and is counted', async () => {
    const { ask, fake, datasource } = await startDatasource({ limits: { answerSize: '1MiB' } });
    fake.behave(endlessBody());
    await expect(ask(query)).rejects.toThrow(/aborted/);
    await until(() => fake.inFlight === 0, { what: 'the call has been given up' });
    expect(ownMetrics(datasource)['rejected_total{limit="answer_size"}']).toBe('1');
  });
});

test('after it is closed it says so, and asks nobody', async () => {
  const { ask, fake, datasource } = await startDatasource();
  await Promise.all([datasource.close(), datasource.close()]);
  const { status, body } = await ask(query);
  expect([status, body.toString()]).toEqual([503, error('unavailable', 'the datasource is being shut down')]);
  expect(fake.requests).toEqual([]);
});
