import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { deferred } from '../support/deferred.js';
import { FakeClock } from '../support/fake-clock.js';
import { hang } from '../support/fake-upstream-behaviours.js';
import { until } from '../support/until.js';
import { form, ownMetrics, type StartedFake, startDatasource } from './start-datasource.js';

const never = new AbortController().signal;
setMaxListeners(0, never);
const error = (errorType: string, text: string) => JSON.stringify({ status: 'error', errorType, error: text });

/** Different calls without a server between. */
function calls({ datasource }: Pick<StartedFake, 'datasource'>, count: number, from = 0) {
  return Array.from({ length: count }, (_, index) =>
    datasource.handle({
      method: 'GET',
      url: `/prometheus/api/v1/query?query=up&time=${from + index}`,
      headers: {},
      signal: never,
    }),
  );
}

describe('over a limit nothing is sent upstream', () => {
  test.each([
    [
      'query_size',
      'POST',
      '/api/v1/query',
      `query=${'a'.repeat(17_000)}`,
      'invalid parameter "query": 17000 bytes are more than the limit of 16384 bytes',
    ],
    [
      'query_size',
      'POST',
      '/api/v1/labels',
      `x=${'a'.repeat(66_000)}`,
      'the parameters have more than 65536 bytes, four times the limit of a query',
    ],
    [
      'points',
      'POST',
      '/api/v1/query_range',
      'query=up&start=0&end=11001&step=1',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
    [
      'range',
      'GET',
      '/api/v1/query_range?query=up&start=0&end=40000000&step=1d',
      undefined,
      'the time range is longer than the limit of 366d',
    ],
    [
      undefined,
      'GET',
      '/api/v1/query_range?query=up&start=0&end=9&step=0',
      undefined,
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    ],
  ])('%s', async (limit, method, path, body, words) => {
    const { ask, fake, datasource } = await startDatasource();
    const answer = await ask(path, { method, headers: form, ...(body !== undefined && { body }) });
    expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
      400,
      'application/json',
      error('bad_data', words),
    ]);
    expect(fake.requests).toEqual([]);
    if (limit !== undefined) expect(ownMetrics(datasource)[`rejected_total{limit="${limit}"}`]).toBe('1');
  });

  test('a query of 1 MB is refused in the time it takes to come in, and so is a body without end', async () => {
    const { ask, fake } = await startDatasource();
    for (const size of [1_000_000, 20_000_000]) {
      const body = Buffer.alloc(size, 'q');
      const answer = await ask('/api/v1/query', { method: 'POST', headers: form, body }).catch(
        (broken: Error) => broken,
      );
      // The rest of a body beyond patience is not taken in: its sender may see the connection end before the answer.
      if (answer instanceof Error) expect(size).toBe(20_000_000);
      else expect(answer.status).toBe(400);
    }
    expect(fake.requests).toEqual([]);
  });

  test('10,000 parentheses are within it, and for the upstream to judge', async () => {
    const { ask, fake } = await startDatasource();
    const query = `${'('.repeat(5000)}up${')'.repeat(5000)}`;
    const body = String(new URLSearchParams({ query, time: '4' }));
    expect((await ask('/api/v1/query', { method: 'POST', headers: form, body })).status).toBe(200);
    expect(fake.requests[0]?.promql).toBe(query);
  });
});

describe('concurrency', () => {
  test('so many calls are under way, so many wait in order, the next is refused at once', async () => {
    const started = await startDatasource({ limits: { concurrency: 2, queue: 3 } });
    const { fake, datasource } = started;
    const release = deferred();
    fake.answer(async () => {
      await release.promise;
      return [];
    });
    const admitted = calls(started, 5);
    const [refused] = await Promise.all(calls(started, 1, 100));
    expect([refused?.status, refused?.headers['retry-after'], String(refused?.body)]).toEqual([
      503,
      '1',
      error('unavailable', '2 requests are in progress and 3 are waiting, which is the limit'),
    ]);
    await until(() => fake.requests.length === 2, { what: 'two calls are under way' });
    expect(ownMetrics(datasource)).toMatchObject({
      in_flight: '2',
      waiting: '3',
      'rejected_total{limit="concurrency"}': '1',
    });
    release.resolve();
    expect((await Promise.all(admitted)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(fake.maxInFlight).toBe(2);
    expect(fake.requests.map(({ params }) => params.get('time'))).toEqual(['0', '1', '2', '3', '4']);
    expect((await Promise.all(calls(started, 1, 100)))[0]?.status).toBe(200);
    await until(() => ownMetrics(datasource)['in_flight'] === '0', { what: 'the last answer has come' });
    expect(ownMetrics(datasource)).toMatchObject({ waiting: '0' });
  });

  test('calls that join another one take no place', async () => {
    const started = await startDatasource({ limits: { concurrency: 1, queue: 0 } });
    const release = deferred();
    started.fake.answer(async () => {
      await release.promise;
      return [];
    });
    const joined = Array.from({ length: 20 }, () => calls(started, 1)[0]);
    await until(() => started.fake.requests.length === 1, { what: 'the upstream is asked' });
    release.resolve();
    expect((await Promise.all(joined)).map((reply) => reply?.status)).toEqual(Array(20).fill(200));
  });

  test('who leaves the queue makes room in it', async () => {
    const started = await startDatasource({ limits: { concurrency: 1, queue: 1 } });
    const { fake, datasource } = started;
    fake.behave(hang);
    const first = calls(started, 1);
    const gone = new AbortController();
    const url = '/prometheus/api/v1/query?query=waits';
    const waits = datasource.handle({ method: 'GET', url, headers: {}, signal: gone.signal });
    await until(() => ownMetrics(datasource)['waiting'] === '1', { what: 'one call waits' });
    gone.abort();
    expect((await waits).status).toBe(499);
    expect(ownMetrics(datasource)['waiting']).toBe('0');
    fake.recover();
    const next = calls(started, 1, 5);
    await datasource.close();
    expect((await Promise.all([...first, ...next])).map(({ status }) => status)).toEqual([503, 503]);
  });

  test('2,000 calls to an upstream that hangs: what the queue cannot take is refused at once, the rest after one timeout', async () => {
    const clock = new FakeClock();
    const started = await startDatasource({ clock });
    const { fake } = started;
    fake.behave(hang);
    let refused = 0;
    const all = calls(started, 2000).map(async (reply) => {
      const { status } = await reply;
      refused += 1;
      return status;
    });
    await until(() => fake.inFlight === 20, { what: 'all places are taken' });
    await until(() => refused === 1480, { what: 'those beyond the queue have been refused' });
    await clock.advance(125_000);
    expect(new Set(await Promise.all(all))).toEqual(new Set([503]));
    expect(fake.requests.length).toBe(20);
    fake.recover();
    expect((await Promise.all(calls(started, 1)))[0]?.status).toBe(200);
  });

  test('nobody waits for a place longer than the timeout', async () => {
    const clock = new FakeClock();
    const started = await startDatasource({ clock, limits: { concurrency: 1, timeout: '30s' } });
    const { fake } = started;
    // Something is answered all the time, so that the upstream does not count as silent.
    fake.behave((response) => response.writeHead(200, { 'content-type': 'application/json' }).write('['));
    const [first, second] = calls(started, 2);
    await first;
    await clock.advance(30_000);
    const reply = await second;
    expect([reply?.status, String(reply?.body)]).toEqual([
      503,
      error('timeout', 'the query waited for a slot longer than the limit of 30s'),
    ]);
  });
});
