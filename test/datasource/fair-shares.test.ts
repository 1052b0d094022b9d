import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { deferred } from '../support/deferred.js';
import { until } from '../support/until.js';
import { startDatasource } from './start-datasource.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 60_000 });

const never = new AbortController().signal;
const ok = '{"status":"success","data":[]}';
const json = { 'content-type': 'application/json' };
const request = (principal: string, expression: string) => ({
  method: 'GET',
  url: `/prometheus/api/v1/query?query=${expression}&time=4`,
  headers: {},
  signal: never,
  principal,
});

describe('slots of the upstream', () => {
  test('go to the reader with the fewest: one with many requests does not keep another waiting', async () => {
    const { fake, datasource } = await startDatasource({ limits: { concurrency: 1 } });
    const turns = Array.from({ length: 5 }, () => deferred());
    let turn = 0;
    fake.behave(async (response) => {
      const mine = turns[turn]!;
      turn += 1;
      await mine.promise;
      response.writeHead(200, json).end(ok);
    });
    const flood = [1, 2, 3, 4].map((index) => datasource.handle(request('flood', `a${index}`)));
    await until(() => fake.requests.length === 1, { what: 'the first request is sent' });
    const other = datasource.handle(request('other', 'b'));
    turns[0]!.resolve();
    await until(() => fake.requests.length === 2, { what: 'the second request is sent' });
    expect(fake.requests[1]?.promql).toBe('b');
    for (const each of turns) each.resolve();
    expect((await Promise.all([...flood, other])).map(({ status }) => status)).toEqual(Array(5).fill(200));
  });

  test('are given back by downloads that their reader stalls, when others wait', async () => {
    const { fake, url, ask } = await startDatasource({ limits: { concurrency: 2 } });
    const large = Buffer.alloc(40 * 1024 * 1024, ' ');
    fake.behave(
      (response) => response.writeHead(200, json).end(large),
      ({ promql }) => promql === 'large',
    );
    const port = Number(new URL(url).port);
    for (const index of [1, 2]) {
      const socket = connect(port, '127.0.0.1').pause();
      socket.on('error', () => {});
      onTestFinished(() => void socket.destroy());
      socket.write(`GET /prometheus/api/v1/query?query=large&time=${index} HTTP/1.1\r\nHost: a\r\n\r\n`);
    }
    await until(() => fake.requests.length === 2, { what: 'both slots are taken' });
    expect((await ask('/api/v1/query?query=up&time=4')).status).toBe(200);
  });
});

test('in a full queue the reader with most requests loses its newest to another', async () => {
  const { fake, datasource } = await startDatasource({ limits: { concurrency: 1, queue: 3 } });
  const release = deferred();
  fake.behave(async (response) => {
    await release.promise;
    response.writeHead(200, json).end(ok);
  });
  const flood = [1, 2, 3, 4].map((index) => datasource.handle(request('flood', `a${index}`)));
  await until(() => fake.requests.length === 1, { what: 'the first request is sent' });
  const [other, more] = [datasource.handle(request('other', 'b')), datasource.handle(request('flood', 'a5'))];
  expect((await more).status).toBe(503);
  release.resolve();
  expect((await Promise.all([...flood, other])).map(({ status }) => status)).toEqual([200, 200, 200, 503, 200]);
});
