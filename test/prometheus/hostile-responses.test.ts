import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RequestContext } from '../../src/prometheus/read-response.js';
import { readVector } from '../../src/prometheus/read-vector.js';
import { reply } from '../support/fake-upstream-behaviours.js';
import { clientOf, errorOf, instant, startClient } from './start-client.js';

const { signal } = new AbortController();
const json = (result: unknown) => JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
const element = (metric: unknown, value: unknown = '1', time = instant / 1000) => ({ metric, value: [time, value] });

async function ask(body: string) {
  const started = await startClient({ prometheusMaxBody: 64 * 1024 * 1024 });
  started.fake.behave(reply(body));
  return started.ask();
}

describe('a sample for another time', () => {
  test.each([3_600_000, -20_000, 1, -1])('by %i ms is an error', async (shift) => {
    const error = await errorOf(ask(json([element({}), element({ a: 'b' }, '1', (instant + shift) / 1000)])));
    expect(error).toMatchObject({
      code: 'upstream_invalid',
      message: expect.stringContaining('answered for another time: is there a cache in between?'),
    });
  });
});

test('a value that no float holds is an infinity, spelled as scrapers read it', async () => {
  const { vector } = await ask(json([element({ a: '1' }, '1e400'), element({ a: '2' }, '-1e400')]));
  expect(vector.map(({ value }) => value)).toEqual(['+Inf', '-Inf']);
});

test('series whose labels hold half of a surrogate pair are left out', async () => {
  const { vector } = await ask(json([element({ a: '\ud800' }), element({ a: '\udfff' }), element({ a: '😀' })]));
  expect(vector).toEqual([{ labels: { a: '😀' }, value: '1' }]);
});

describe('the memory of a response is bounded:', () => {
  test.each([
    ['brackets without end', '['.repeat(9 * 1024 * 1024)],
    ['one element without end', json([element({ a: 'x'.repeat(9 * 1024 * 1024) })])],
  ])('%s are not parsed', async (_, body) => {
    expect(await errorOf(ask(body))).toMatchObject({ code: 'upstream_too_large' });
  });

  test('of label values too', async () => {
    const { fake, client } = await startClient({ prometheusMaxBody: 64 * 1024 * 1024 });
    fake.behave(reply('['.repeat(9 * 1024 * 1024)));
    const values = client.labelValues('job', undefined, instant, signal);
    expect(await errorOf(values)).toMatchObject({ code: 'upstream_too_large' });
  });

  test('more series than any catalogue needs are an error', async () => {
    const batch = Buffer.from(`${JSON.stringify(element({}))},`.repeat(20_000));
    async function* chunks() {
      yield Buffer.from('{"status":"success","data":{"resultType":"vector","result":[');
      for (let count = 0; count < 30; count += 1) yield batch;
    }
    const context: RequestContext = {
      source: 'Prometheus at http://a',
      url: new URL('http://a'),
      credentials: undefined,
      secrets: [],
      maxBody: 1e9,
      now: 0,
    };
    await expect(readVector(chunks(), context, instant)).rejects.toMatchObject({ code: 'upstream_too_large' });
  });
});

test('a connection that sends bytes while it is idle is closed, and they answer nothing', async () => {
  const sockets: Socket[] = [];
  const message = (value: string) => {
    const body = json([element({}, value)]);
    return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket
      .on('error', () => {})
      .on('data', (data) => {
        if (data.includes('nocache')) socket.write(message('1'));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const client = clientOf({ prometheusUrl: `http://127.0.0.1:${(server.address() as { port: number }).port}` });
  expect((await client.query('up', instant, signal)).vector[0]!.value).toBe('1');
  const closed = new Promise((resolve) => sockets[0]!.once('close', resolve));
  sockets[0]!.write(message('666'));
  await closed;
  expect((await client.query('up', instant, signal)).vector[0]!.value).toBe('1');
  expect(sockets).toHaveLength(2);
});
