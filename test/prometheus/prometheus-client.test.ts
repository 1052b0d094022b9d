import { describe, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.js';
import { hangUp, reply, reset } from '../support/fake-upstream-behaviours.js';
import { clientOf, errorOf, instant, startClient } from './start-client.js';

const { signal } = new AbortController();

describe('a query', () => {
  test('is a form with the instant, a limit for the evaluation, and no leave to take it from a cache', async () => {
    const { fake, client } = await startClient({ prometheusTimeout: 10_000 });
    await client.query('sum(rate(a{b="ü&="}[5m])) + 1', instant + 123, signal);
    expect(fake.requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/api/v1/query',
        promql: 'sum(rate(a{b="ü&="}[5m])) + 1',
        headers: expect.objectContaining({ 'content-type': 'application/x-www-form-urlencoded' }),
      }),
    ]);
    expect(Object.fromEntries(fake.requests[0]!.params)).toEqual({
      query: 'sum(rate(a{b="ü&="}[5m])) + 1',
      time: `${instant / 1000}.123`,
      // Less than our own timeout: Prometheus gives up first, and says so.
      timeout: '9',
      nocache: '1',
    });
  });

  test('gives the vector and how long the answer took', async () => {
    const { fake, ask } = await startClient();
    fake.answer({ up: [{ labels: { job: 'gateway' }, value: '1' }] });
    const answer = await ask('up');
    expect(answer).toEqual({
      vector: [{ labels: { job: 'gateway' }, value: '1' }],
      omittedHistograms: 0,
      seconds: expect.any(Number),
    });
    expect(answer.seconds).toBeGreaterThan(0);
    expect(answer.seconds).toBeLessThan(10);
  });

  test('of a megabyte comes through whole', async () => {
    const { fake, ask } = await startClient({ prometheusMaxBody: 64 * 1024 * 1024 });
    const vector = Array.from({ length: 20_000 }, (_, n) => ({ labels: { model: `模型-${n}` }, value: String(n) }));
    fake.answer({ up: vector });
    expect((await ask('up')).vector).toEqual(vector);
  });
});

test('a path prefix is kept, with and without a slash at its end', async () => {
  for (const prefix of ['/prom/one', '/prom/one/']) {
    const { fake, client, ask } = await startClient({}, { prefix });
    await ask();
    await client.labelValues('job', undefined, instant, signal);
    expect(fake.requests.map(({ path }) => path)).toEqual([
      '/prom/one/api/v1/query',
      '/prom/one/api/v1/label/job/values',
    ]);
  }
});

describe('label values', () => {
  test('are asked for the five minutes up to the instant, of the series that the selector picks', async () => {
    const { fake, client } = await startClient();
    fake.labels({ job: ['b', 'a'] });
    const answer = await client.labelValues('job', '{env="a&b"}', instant, signal);
    expect(answer).toEqual({ values: ['b', 'a'], seconds: expect.any(Number) });
    expect(fake.requests[0]).toMatchObject({ method: 'GET', path: '/api/v1/label/job/values' });
    expect(Object.fromEntries(fake.requests[0]!.params)).toEqual({
      start: String(instant / 1000 - 300),
      end: String(instant / 1000),
      'match[]': '{env="a&b"}',
    });
  });

  test('without a selector are those of all series', async () => {
    const { fake, client } = await startClient();
    await client.labelValues('job', undefined, instant, signal);
    expect(fake.requests[0]!.params.has('match[]')).toBe(false);
  });

  test('of a label whose name would change the path stay below the label endpoint', async () => {
    const { fake, client } = await startClient();
    await client.labelValues('a/../b?c', undefined, instant, signal);
    expect(fake.requests[0]!.path).toBe('/api/v1/label/a/../b?c/values');
    expect(fake.requests[0]!.params.get('end')).toBe(String(instant / 1000));
  });

  test('of __name__ are the names of the metrics', async () => {
    const { fake, client } = await startClient();
    fake.labels({ __name__: ['up', 'go_info', 'up'] });
    const answer = await client.metricNames(undefined, instant, signal);
    expect(answer).toEqual({ names: new Set(['up', 'go_info']), seconds: expect.any(Number) });
  });
});

describe('connections', () => {
  test('are kept and used again', async () => {
    const { fake, client, ask } = await startClient({ prometheusConnections: 2 });
    for (let round = 0; round < 10; round += 1) await Promise.all([ask(), ask()]);
    await client.metricNames(undefined, instant, signal);
    expect([fake.requests.length, fake.connections]).toEqual([21, 2]);
  });

  test('are never more than configured, and nor are requests under way', async () => {
    const { fake, ask } = await startClient({ prometheusConnections: 3 });
    const gates: (() => void)[] = [];
    fake.answer(() => new Promise((resolve) => gates.push(() => resolve([]))));
    const asked = Array.from({ length: 20 }, (_, n) => ask(`q${n}`));
    for (let answered = 0; answered < 20; answered += 1) {
      await expect.poll(() => gates.length).toBeGreaterThan(answered);
      gates[answered]!();
    }
    await Promise.all(asked);
    expect(fake.requests.map(({ promql }) => promql)).toEqual(Array.from({ length: 20 }, (_, n) => `q${n}`));
    expect([fake.maxInFlight, fake.connections]).toEqual([3, 3]);
  });

  test.each([
    ['reset', reset],
    ['closed', hangUp],
  ])('that are %s under a request cost one more attempt, which is counted', async (_, behaviour) => {
    const { fake, client, ask } = await startClient();
    await ask();
    fake.behaveOnce(behaviour);
    fake.answer({ up: [{ labels: {}, value: '1' }] });
    expect((await ask('up')).vector).toHaveLength(1);
    expect([fake.requests.length, fake.connections, client.retries]).toEqual([3, 2, 1]);
  });

  test('that are closed under the second attempt as well are an error', async () => {
    const { fake, client, ask } = await startClient();
    fake.behave(reset);
    expect(await errorOf(ask())).toMatchObject({ code: 'upstream_unreachable' });
    expect([fake.requests.length, client.retries]).toEqual([2, 1]);
  });

  test('are all closed by close, which may be called again and ends what is under way and what waits', async () => {
    const { fake, client, ask } = await startClient({ prometheusConnections: 1 });
    await ask();
    fake.answer(() => new Promise(() => {}));
    const asked = [errorOf(ask('held')), errorOf(ask('waiting'))];
    await expect.poll(() => fake.inFlight).toBe(1);
    await Promise.all([client.close(), client.close()]);
    const closed = { code: 'upstream_unreachable', message: `the client of Prometheus at ${fake.url} is closed` };
    expect(await Promise.all(asked)).toMatchObject([closed, closed]);
    expect(await errorOf(ask('late'))).toMatchObject(closed);
    await expect.poll(() => fake.openConnections).toBe(0);
    expect(fake.requests).toHaveLength(2);
  });
});

test('an upstream that comes back at the same address is found again', async () => {
  const { fake, ask } = await startClient();
  await ask();
  await fake.close();
  expect(await errorOf(ask())).toMatchObject({ code: 'upstream_unreachable' });
  const again = await startClient({}, { port: fake.port });
  expect(again.fake.port).toBe(fake.port);
  expect((await ask()).vector).toEqual([]);
});

test('how far the clock of Prometheus is ahead is known after an answer', async () => {
  const clock = new FakeClock(instant);
  const { fake, client, ask } = await startClient({}, { clock });
  expect(client.clockSkewSeconds).toBeUndefined();
  const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [] } });
  const date = new Date(instant + 60_000).toUTCString();
  fake.behave(reply(body, { headers: { 'content-type': 'application/json', date } }));
  await ask();
  expect(client.clockSkewSeconds).toBe(60.5);
});

test('a client opens no connection before it is asked', async () => {
  const { fake } = await startClient();
  clientOf({ prometheusUrl: fake.url });
  expect(fake.connections).toBe(0);
});
