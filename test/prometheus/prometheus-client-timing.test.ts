import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FakeRequest } from '../support/fake-prometheus.js';
import { drip, hang, hangMidBody, steadyBody } from '../support/fake-upstream-behaviours.js';
import { clientOf, errorOf, instant, startClient } from './start-client.js';

const timeout = 500;
const is = (promql: string) => (request: FakeRequest) => request.promql === promql;

describe('an upstream that does not answer in time', () => {
  test.each([
    ['never answers', hang],
    ['stops in the middle of an answer', hangMidBody],
    ['answers a byte at a time', drip(20)],
  ])('because it %s is given up after the timeout, and the connection with it', async (_, behaviour) => {
    const { fake, ask } = await startClient({ prometheusTimeout: timeout });
    fake.behave(behaviour);
    expect(await errorOf(ask())).toMatchObject({
      code: 'upstream_timeout',
      message: `Prometheus at ${fake.url} did not answer within 500ms (PROMETHEUS_TIMEOUT)`,
    });
    await expect.poll(() => fake.inFlight).toBe(0);
    expect(fake.requests).toHaveLength(1);
  });

  test('fails forty queries for one timeout: only as many are sent as there are connections', async () => {
    const { fake, client, ask } = await startClient({ prometheusTimeout: timeout, prometheusConnections: 4 });
    fake.behave(hang);
    const failures = await Promise.all(Array.from({ length: 40 }, (_, n) => errorOf(ask(`q${n}`))));
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['upstream_timeout']));
    expect(failures.at(-1)?.message).toBe(
      `Prometheus at ${fake.url} was not queried: all earlier requests timed out within 500ms (PROMETHEUS_TIMEOUT)`,
    );
    expect([fake.requests.length, client.retries]).toEqual([4, 0]);
  });

  test('and many queries with one signal are no leak that Node.js would warn of', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { fake, ask } = await startClient({ prometheusTimeout: timeout });
    fake.behave(hang);
    await Promise.all(Array.from({ length: 40 }, () => errorOf(ask())));
    expect(warnings).toEqual([]);
  });

  test('is asked again afterwards', async () => {
    const { fake, ask } = await startClient({ prometheusTimeout: timeout, prometheusConnections: 2 });
    fake.behave(hang);
    await Promise.all(Array.from({ length: 5 }, () => errorOf(ask())));
    fake.recover();
    fake.answer({ up: [{ labels: {}, value: '1' }] });
    const answers = await Promise.all([ask('up'), ask('up'), ask('up')]);
    expect(answers.map(({ vector }) => vector.length)).toEqual([1, 1, 1]);
  });

  test('to one query goes on answering the others, also those that wait when the one is given up', async () => {
    const { fake, ask } = await startClient({ prometheusTimeout: 1000, prometheusConnections: 2 });
    fake.behave(hang, is('slow'));
    let given = false;
    const slow = errorOf(ask('slow')).finally(() => {
      given = true;
    });
    // One connection is left: of three that ask at a time, two wait.
    const askOnAndOn = async () => {
      while (!given) await ask();
    };
    await Promise.all([askOnAndOn(), askOnAndOn(), askOnAndOn()]);
    expect(await slow).toMatchObject({ code: 'upstream_timeout' });
  });
});

describe('a signal that fires', () => {
  test.each([
    ['before an answer', hang],
    ['in the middle of an answer', hangMidBody],
    ['while a long response arrives', steadyBody],
  ])('%s ends the request with its reason and frees the connection', async (_, behaviour) => {
    const { fake, client, ask } = await startClient({ prometheusConnections: 1, prometheusMaxBody: 2 ** 40 });
    fake.behave(behaviour, is('given up'));
    const controller = new AbortController();
    const asked = client.query('given up', instant, controller.signal).catch((error: unknown) => error);
    const next = ask('next');
    await expect.poll(() => fake.inFlight).toBe(1);
    const reason = new Error('no longer needed');
    controller.abort(reason);
    expect(await asked).toBe(reason);
    expect((await next).vector).toEqual([]);
    await expect.poll(() => fake.inFlight).toBe(0);
    expect(client.retries).toBe(0);
  });

  test('while the request waits for its turn keeps it from being sent', async () => {
    const { fake, client, ask } = await startClient({ prometheusConnections: 1 });
    let release = () => {};
    fake.answer((promql) => (promql === 'first' ? new Promise((resolve) => (release = () => resolve([]))) : []));
    const first = ask('first');
    const controller = new AbortController();
    const waiting = client.query('waiting', instant, controller.signal).catch((error: unknown) => error);
    await expect.poll(() => fake.inFlight).toBe(1);
    controller.abort('gone');
    expect(await waiting).toBe('gone');
    release();
    await first;
    await ask('last');
    expect(fake.requests.map(({ promql }) => promql)).toEqual(['first', 'last']);
  });

  test('before the request is made keeps it from being sent', async () => {
    const { fake, client } = await startClient();
    await expect(client.query('up', instant, AbortSignal.abort('gone'))).rejects.toBe('gone');
    expect(fake.connections).toBe(0);
  });

  test('while the connection is being made does not wait for it', async () => {
    // TLS is spoken to it, and it never says anything: the connection is never finished.
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = clientOf({ prometheusUrl: `https://127.0.0.1:${port}`, prometheusTimeout: 3_600_000 });
    const controller = new AbortController();
    const asked = client.query('up', instant, controller.signal).catch((error: unknown) => error);
    await expect.poll(() => sockets.length).toBe(1);
    controller.abort('gone');
    expect(await asked).toBe('gone');
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
