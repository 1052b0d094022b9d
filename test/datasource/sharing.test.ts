import { setMaxListeners } from 'node:events';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { DatasourceRequest, DatasourceResponse } from '../../src/datasource/message.js';
import { deferred } from '../support/deferred.js';
import { apiError, hang, resetMidBody } from '../support/fake-upstream-behaviours.js';
import { until } from '../support/until.js';
import { ownMetrics, type StartedFake, startDatasource } from './start-datasource.js';

const never = new AbortController().signal;
setMaxListeners(0, never);
const pinned = '/prometheus/api/v1/query?query=up&time=4';
const json = { 'content-type': 'application/json' };

/** One call without a server between. */
function call({ datasource }: Pick<StartedFake, 'datasource'>, url = pinned, more: Partial<DatasourceRequest> = {}) {
  return datasource.handle({ method: 'GET', url, headers: {}, signal: never, ...more });
}

async function textOf({ body }: DatasourceResponse): Promise<string> {
  if (body === undefined || body instanceof Uint8Array) return Buffer.from(body ?? []).toString();
  return String(await buffer(body));
}

const origins = (replies: readonly DatasourceResponse[]) => replies.map(({ headers }) => headers['x-cache']);

describe('identical calls in flight', () => {
  test('are one call upstream, and all get its answer', async () => {
    const started = await startDatasource();
    const { fake, datasource } = started;
    const release = deferred();
    fake.answer(async () => {
      await release.promise;
      return [{ labels: { job: 'gateway' }, value: '1' }];
    });
    const calls = Array.from({ length: 50 }, () => call(started));
    await until(() => fake.requests.length === 1, { what: 'the upstream is asked' });
    release.resolve();
    const replies = await Promise.all(calls);
    expect(new Set(await Promise.all(replies.map(textOf)))).toEqual(
      new Set([
        '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"gateway"},"value":[4,"1"]}]}}',
      ]),
    );
    expect(origins(replies)).toEqual(['miss', ...Array(49).fill('shared')]);
    expect(fake.requests.length).toBe(1);
    expect(ownMetrics(datasource)).toMatchObject({
      'answers_total{origin="miss"}': '1',
      'answers_total{origin="shared"}': '49',
      in_flight: '0',
    });
  });

  test('share an error, which the next call does not get', async () => {
    const started = await startDatasource();
    const { fake } = started;
    const release = deferred();
    const labels = '/prometheus/api/v1/labels';
    fake.behaveOnce(async (response, asked) => {
      await release.promise;
      apiError(422, 'execution', 'too much')(response, asked);
    });
    const calls = Array.from({ length: 10 }, () => call(started, labels));
    await until(() => fake.requests.length === 1, { what: 'the upstream is asked' });
    release.resolve();
    for (const reply of await Promise.all(calls)) {
      expect([reply.status, await textOf(reply)]).toEqual([
        422,
        '{"status":"error","errorType":"execution","error":"too much"}',
      ]);
    }
    fake.behaveOnce((response) => response.writeHead(200, json).end('{"status":"success","data":["a"]}'));
    expect((await call(started, labels)).status).toBe(200);
    expect(fake.requests.length).toBe(2);
  });

  test('share a failure to reach the upstream', async () => {
    const started = await startDatasource();
    await started.fake.close();
    const replies = await Promise.all([call(started), call(started), call(started)]);
    expect(replies.map(({ status }) => status)).toEqual([503, 503, 503]);
  });

  test('share an answer that breaks off: none of them takes a part for the whole', async () => {
    const started = await startDatasource();
    const { fake } = started;
    const broken = { connection: 0 };
    fake.behave((response, asked) => {
      broken.connection = asked.connection;
      resetMidBody(response, asked);
    });
    const replies = await Promise.all([call(started), call(started)]);
    expect(origins(replies)).toEqual(['miss', 'shared']);
    for (const reply of replies) await expect(textOf(reply)).rejects.toThrow();
    expect(fake.requests.length).toBe(1);
  });

  test('a call that comes when half the answer has been sent gets all of it', async () => {
    const started = await startDatasource();
    const release = deferred();
    started.fake.behave(async (response) => {
      response.writeHead(200, json).write('{"status":');
      await release.promise;
      response.end('"success"}');
    });
    const first = await call(started);
    const second = await call(started);
    release.resolve();
    expect(await Promise.all([textOf(first), textOf(second)])).toEqual([
      '{"status":"success"}',
      '{"status":"success"}',
    ]);
    expect(started.fake.requests.length).toBe(1);
  });

  test.each<[string, string, Partial<DatasourceRequest>]>([
    ['another principal', pinned, { principal: 'other' }],
    ['a principal where there was none', pinned, { principal: '' }],
    ['another method', pinned, { method: 'POST' }],
    ['another encoding', pinned, { headers: { 'accept-encoding': 'gzip' } }],
    ['another time', '/prometheus/api/v1/query?query=up&time=5', {}],
    ['another parameter', `${pinned}&x=1`, {}],
    ['another path with the same parameters', pinned.replace('query?', 'format_query?'), {}],
  ])('%s makes another call', async (_, url, more) => {
    const started = await startDatasource();
    const { fake } = started;
    const principal = more.principal === 'other' ? 'me' : undefined;
    fake.behave(hang);
    const replies = Promise.all([call(started, pinned, { principal }), call(started, url, more)]);
    await until(() => fake.requests.length === 2, { what: 'the upstream is asked twice' });
    await started.datasource.close();
    expect((await replies).map(({ status }) => status)).toEqual([503, 503]);
  });

  test('principals cannot be chosen so that a key looks like another', async () => {
    const started = await startDatasource();
    const labels = '/prometheus/api/v1/labels';
    started.fake.behave((response) => response.writeHead(200, json).end('{"status":"success","data":[]}'));
    const principals = [undefined, '', 'null', 'a","GET', 'a', '["a"]', 'a\n'];
    for (const principal of principals) expect(origins([await call(started, labels, { principal })])).toEqual(['miss']);
    await until(() => ownMetrics(started.datasource)['in_flight'] === '0', { what: 'all answers have come' });
    for (const principal of principals) expect(origins([await call(started, labels, { principal })])).toEqual(['hit']);
  });
});

describe('a client that leaves', () => {
  test('does not cancel the call for the others', async () => {
    const started = await startDatasource();
    const { fake } = started;
    const release = deferred();
    fake.answer(async () => {
      await release.promise;
      return [];
    });
    const gone = new AbortController();
    const [first, second] = [call(started, pinned, { signal: gone.signal }), call(started)];
    await until(() => fake.requests.length === 1, { what: 'the upstream is asked' });
    gone.abort();
    expect((await first).status).toBe(499);
    release.resolve();
    expect((await second).status).toBe(200);
    expect(fake.requests.length).toBe(1);
  });

  test('cancels it when it was the last, and the next call is a new one', async () => {
    const started = await startDatasource();
    const { fake, datasource } = started;
    fake.behave(hang);
    const gone = new AbortController();
    const replies = [call(started, pinned, { signal: gone.signal }), call(started, pinned, { signal: gone.signal })];
    await until(() => fake.inFlight === 1, { what: 'the upstream is asked' });
    gone.abort();
    fake.recover();
    const next = call(started);
    for (const reply of await Promise.all(replies)) expect(reply.status).toBe(499);
    await until(() => fake.inFlight === 0, { what: 'the call has been given up' });
    expect((await next).status).toBe(200);
    expect(ownMetrics(datasource)['in_flight']).toBe('0');
  });

  test('over HTTP too: the upstream connection goes with the last client, in the middle of an answer', async () => {
    const { fake, url } = await startDatasource();
    fake.behave((response) => response.writeHead(200, json).write('{"status":'));
    const clients = [1, 2].map(
      () =>
        new Promise<{ destroy: () => void }>((resolve, reject) => {
          const sent = request(`${url}${pinned}`, (response) => {
            response.on('error', () => {}).once('data', () => resolve(sent));
          });
          sent.on('error', reject).end();
        }),
    );
    const [first, second] = await Promise.all(clients);
    expect(fake.requests.length).toBe(1);
    first?.destroy();
    second?.destroy();
    await until(() => fake.inFlight === 0, { what: 'the call has been given up' });
  });

  test('1,000 that leave at once leave nothing behind', async () => {
    const started = await startDatasource();
    const { fake, datasource } = started;
    fake.behave(hang);
    const gone = new AbortController();
    setMaxListeners(0, gone.signal);
    const calls = Array.from({ length: 1000 }, (_, index) =>
      call(started, `/prometheus/api/v1/query?query=up&time=${index % 100}`, { signal: gone.signal }),
    );
    await until(() => fake.inFlight === 20, { what: 'the upstream is busy' });
    gone.abort();
    expect(new Set((await Promise.all(calls)).map(({ status }) => status))).toEqual(new Set([499]));
    await until(() => fake.inFlight === 0, { what: 'every call has been given up' });
    expect(ownMetrics(datasource)).toMatchObject({ in_flight: '0', waiting: '0' });
  });
});

test('the first bytes of an answer are there before its last have been sent', async () => {
  const { fake, url } = await startDatasource();
  const release = deferred();
  fake.behave(async (response) => {
    response.writeHead(200, json).write('first');
    await release.promise;
    response.end('last');
  });
  const received = await new Promise<string>((resolve, reject) => {
    const pieces: string[] = [];
    const sent = request(`${url}${pinned}`, (response) => {
      response
        .on('data', (piece) => {
          pieces.push(String(piece));
          release.resolve();
        })
        .on('end', () => resolve(pieces.join('|')));
    });
    sent.on('error', reject).end();
  });
  expect(received).toBe('first|last');
});
