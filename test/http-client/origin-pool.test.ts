import { getEventListeners, setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { rootCertificates } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { OriginPool, type OriginPoolOptions, type PoolRequest } from '../../src/http-client/origin-pool.js';
import { joinBody, readBody } from '../../src/http-client/read-body.js';
import { deferred } from '../support/deferred.js';
import type { FakePrometheusOptions } from '../support/fake-prometheus.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import {
  apiError,
  endlessBody,
  hang,
  hangMidBody,
  redirect,
  reply,
  reset,
  resetMidBody,
} from '../support/fake-upstream-behaviours.js';
import { until } from '../support/until.js';

const connectTimeout = 5_000;
const never = new AbortController().signal;
setMaxListeners(0, never);
const fixture = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');
const tls = { cert: fixture('localhost.crt'), key: fixture('localhost.key') };

function poolFor(url: string, options: Partial<OriginPoolOptions> = {}) {
  const pool = new OriginPool(url, { connections: 4, connectTimeout, ...options });
  onTestFinished(() => pool.destroy());
  const open = (more: Partial<PoolRequest> = {}) =>
    pool.request({ method: 'GET', path: '/', headers: {}, signal: never, ...more });
  return { pool, open, ask: async (more?: Partial<PoolRequest>) => text(await open(more)) };
}

/** A pool before a server that answers everything, unless it is told otherwise. */
async function start(options: Partial<OriginPoolOptions> = {}, server: FakePrometheusOptions = {}) {
  const fake = await startFakePrometheus(server);
  onTestFinished(() => fake.close());
  fake.behave(reply('all'));
  return { fake, ...poolFor(fake.url, options) };
}

/** A server that takes connections, and what is sent on them, without a word; `connected` gives them. */
async function startSilent() {
  const sockets: Socket[] = [];
  const first = deferred();
  const server = createTcpServer((socket) => {
    sockets.push(socket.on('error', () => {}).resume());
    first.resolve();
  });
  const port = await listen(server, '127.0.0.1');
  return { port, sockets, connected: first.promise };
}

async function listen(server: Server, host: string): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return (server.address() as AddressInfo).port;
}

/** Only our own time limits: those of sockets are Node's. */
function holdTime(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe('connections', () => {
  test('are as many as are allowed and no more; who comes later waits, and is answered', async () => {
    const { fake, ask } = await start({ connections: 3 });
    const release = deferred();
    fake.behave((response) => void release.promise.then(() => response.end('all')));
    const answers = Promise.all(times(20, ask));
    await until(() => fake.inFlight === 3, { what: 'all connections are in use' });
    release.resolve();
    expect(new Set(await answers)).toEqual(new Set(['all']));
    expect([fake.maxInFlight, fake.connections]).toEqual([3, 3]);
  });

  test('are used again, also after an error of the API', async () => {
    const { fake, ask } = await start();
    for (let call = 0; call < 10; call += 1) {
      if (call === 4) fake.behaveOnce(apiError(422, 'execution', 'no'));
      await ask();
    }
    expect([fake.requests.length, fake.connections, fake.openConnections]).toEqual([10, 1, 1]);
  });

  test('are not used again after an answer that broke off or was not read to its end', async () => {
    const { fake, open, ask } = await start();
    fake.behaveOnce(resetMidBody);
    await expect(ask()).rejects.toThrow('aborted');
    await ask();
    fake.behaveOnce(endlessBody());
    (await open()).destroy();
    await until(() => fake.openConnections === 0, { what: 'the connection is closed' });
    expect(await ask()).toBe('all');
    expect(fake.requests.map(({ connection }) => connection)).toEqual([1, 2, 2, 3]);
  });

  test('are not used again where the server says that they end', async () => {
    const { fake, ask } = await start();
    fake.behave(reply('all', { headers: { connection: 'close' } }));
    await ask();
    await ask();
    expect(fake.connections).toBe(2);
  });

  test('are closed after 1000 requests', async () => {
    const { fake, ask } = await start();
    for (let call = 0; call < 1000; call += 1) await ask();
    await until(() => fake.openConnections === 0, { what: 'the connection is closed' });
    await ask();
    expect([fake.requests.length, fake.connections]).toEqual([1001, 2]);
  });

  test('are closed after 1000 requests although others wait for them', async () => {
    const { fake, ask } = await start({ connections: 1 });
    expect(new Set(await Promise.all(times(2100, ask)))).toEqual(new Set(['all']));
    expect([fake.connections, fake.maxInFlight]).toEqual([3, 1]);
    const perConnection = [1, 2, 3].map((one) => fake.requests.filter(({ connection }) => connection === one).length);
    expect(perConnection).toEqual([1000, 1000, 100]);
  });

  test('that are found closed under a request are all given up: the next request has a new one', async () => {
    const { fake, ask } = await start({ connections: 3 });
    const release = deferred();
    fake.behave((response) => void release.promise.then(() => response.end('all')));
    const answers = Promise.all(times(3, ask));
    await until(() => fake.inFlight === 3, { what: 'all connections are in use' });
    release.resolve();
    await answers;
    fake.behave(reset, ({ connection }) => connection <= 3);
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(await ask()).toBe('all');
    expect(fake.requests.at(-1)?.connection).toBe(4);
    await until(() => fake.openConnections === 1, { what: 'the others are closed' });
  });
});

describe('a request', () => {
  test('is sent as it is given, with its length', async () => {
    const { fake, ask } = await start();
    const body = 'query=é';
    await ask({ method: 'POST', path: '/prefix/api?a=%zz', headers: { 'x-scope-orgid': 'a' }, body });
    const { method, path, headers, params } = fake.requests[0]!;
    expect({ method, path, query: params.get('query'), headers }).toEqual({
      method: 'POST',
      path: '/prefix/api',
      query: 'é',
      headers: {
        host: new URL(fake.url).host,
        connection: 'keep-alive',
        'content-length': String(Buffer.byteLength(body)),
        'x-scope-orgid': 'a',
      },
    });
  });

  test('is answered with a redirect where it is redirected, and asks nobody else', async () => {
    const [{ fake, open }, other] = [await start(), await start()];
    fake.behave(redirect(`${other.fake.url}/`, 307));
    const { statusCode, headers } = await open();
    expect([statusCode, headers.location]).toEqual([307, `${other.fake.url}/`]);
    expect(other.fake.requests).toEqual([]);
  });

  test('whose answer is longer than what is wanted closes its connection, and no other', async () => {
    const { fake, open, ask } = await start();
    const release = deferred();
    fake.behaveOnce((response) => void release.promise.then(() => response.end('all')));
    const other = ask();
    await until(() => fake.inFlight === 1, { what: 'another request is under way' });
    fake.behaveOnce(endlessBody());
    await expect(joinBody(readBody(await open(), false, 1_000_000))).rejects.toMatchObject({ code: 'BODY_TOO_LONG' });
    await until(() => fake.openConnections === 1, { what: 'its connection is closed' });
    release.resolve();
    expect(await other).toBe('all');
  });

  test('that is answered with another protocol is not answered', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    const { ask } = poolFor(`http://127.0.0.1:${await listen(server, '127.0.0.1')}`);
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test.skipIf(!hasIpv6())('reaches a host that is an IPv6 address', async () => {
    const hosts: unknown[] = [];
    const server = createServer(({ headers }, response) => {
      hosts.push(headers.host);
      response.end('all');
    });
    const port = await listen(server, '::1');
    const { ask } = poolFor(`http://[::1]:${port}`);
    expect(await ask()).toBe('all');
    expect(hosts).toEqual([`[::1]:${port}`]);
  });
});

describe('the time for connecting', () => {
  test('ends a TLS connection that does not come about', async () => {
    const { port, connected, sockets } = await startSilent();
    const { ask } = poolFor(`https://127.0.0.1:${port}`);
    holdTime();
    const answer = expect(ask()).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
    await connected;
    await vi.advanceTimersByTimeAsync(connectTimeout - 1);
    expect(sockets[0]?.destroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await answer;
  });

  test('does not end a slow answer: not the first on a connection, nor one that had to wait for it', async () => {
    const { fake, ask } = await start({ connections: 1 });
    const [first, second] = [deferred(), deferred()];
    const [firstAsked, secondAsked] = [deferred(), deferred()];
    const slow = (asked: () => void, release: Promise<void>) =>
      fake.behaveOnce((response) => {
        asked();
        void release.then(() => response.end('slow'));
      });
    slow(secondAsked.resolve, second.promise);
    slow(firstAsked.resolve, first.promise);
    holdTime();
    const answers = Promise.all([ask(), ask()]);
    for (const [asked, release] of [
      [firstAsked, first],
      [secondAsked, second],
    ] as const) {
      await asked.promise;
      await vi.advanceTimersByTimeAsync(10 * connectTimeout);
      release.resolve();
    }
    expect(await answers).toEqual(['slow', 'slow']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('TLS', () => {
  test('a private authority is trusted where it is given, on connections that are kept', async () => {
    const { fake, ask } = await start({ ca: tls.cert }, { tls });
    expect([await ask(), await ask()]).toEqual(['all', 'all']);
    expect([fake.requests.length, fake.connections]).toEqual([2, 1]);
  });

  test.each([
    ['no authority of ours', undefined],
    ['another authority', rootCertificates[0]],
  ])('it is not with %s, and nothing is sent', async (_, ca) => {
    const { fake, ask } = await start({ ca }, { tls });
    await expect(ask({ headers: { authorization: 'secret' } })).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(fake.requests).toEqual([]);
  });

  test('a server without it is told apart', async () => {
    const { fake } = await start();
    const { ask } = poolFor(fake.url.replace('http:', 'https:'));
    await expect(ask()).rejects.toMatchObject({ code: expect.stringMatching(/^(EPROTO|ERR_SSL_)/) });
  });
});

describe('a signal', () => {
  const reason = new Error('not wanted any more');

  test('that has fired before sends nothing', async () => {
    const { fake, ask } = await start();
    await expect(ask({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(fake.connections).toBe(0);
  });

  test('ends waiting for a connection at once, and the others go on', async () => {
    const { fake, ask } = await start({ connections: 1 });
    const release = deferred();
    fake.behaveOnce((response) => void release.promise.then(() => response.end('all')));
    const gone = new AbortController();
    const first = ask();
    const second = ask({ path: '/gone', signal: gone.signal });
    const third = ask();
    await until(() => fake.inFlight === 1, { what: 'the connection is in use' });
    gone.abort(reason);
    await expect(second).rejects.toBe(reason);
    release.resolve();
    expect(await Promise.all([first, third])).toEqual(['all', 'all']);
    expect(fake.requests.map(({ path, connection }) => [path, connection])).toEqual([
      ['/', 1],
      ['/', 1],
    ]);
  });

  test('ends connecting', async () => {
    const { port, connected, sockets } = await startSilent();
    const { ask } = poolFor(`https://127.0.0.1:${port}`);
    const gone = new AbortController();
    const answer = ask({ signal: gone.signal });
    await connected;
    gone.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await until(() => sockets.every(({ destroyed }) => destroyed), { what: 'the connection is closed' });
  });

  test('ends waiting for an answer, and makes room', async () => {
    const { fake, ask } = await start({ connections: 1 });
    fake.behaveOnce(hang);
    const gone = new AbortController();
    const answer = ask({ signal: gone.signal });
    await until(() => fake.inFlight === 1, { what: 'the server is asked' });
    const next = ask();
    gone.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(await next).toBe('all');
    expect(fake.connections).toBe(2);
  });

  test('breaks off an answer that is being read', async () => {
    const { fake, open } = await start();
    fake.behaveOnce(hangMidBody);
    const gone = new AbortController();
    const answer = await open({ signal: gone.signal });
    const read = text(answer);
    gone.abort(reason);
    await expect(read).rejects.toBe(reason);
    await until(() => fake.openConnections === 0, { what: 'the connection is closed' });
  });

  test('breaks off an answer that has come but is not read yet: no part is taken for the whole', async () => {
    const { open } = await start();
    const gone = new AbortController();
    const answer: IncomingMessage = await open({ signal: gone.signal });
    const pieces: unknown[] = [];
    answer.on('data', (piece) => pieces.push(piece)).pause();
    await until(() => answer.complete, { what: 'the answer has come' });
    gone.abort(reason);
    await expect(finished(answer)).rejects.toBe(reason);
    expect(pieces).toEqual([]);
  });

  test('that outlives its requests keeps nothing of them; neither do connections', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { fake, ask } = await start({ connections: 1 });
    const { signal } = new AbortController();
    fake.behaveOnce(reset);
    await expect(ask({ signal })).rejects.toThrow();
    for (let call = 0; call < 50; call += 1) await ask({ signal });
    await until(() => getEventListeners(signal, 'abort').length === 0, { what: 'nothing listens any more' });
    expect(warnings).toEqual([]);
  });
});

describe('destroying', () => {
  test('breaks off what is under way and what waits, closes what is idle, and refuses what comes', async () => {
    const { fake, pool, open, ask } = await start({ connections: 2 });
    await ask();
    fake.behave(hang);
    fake.behaveOnce(hangMidBody);
    const reading = text(await open());
    const asked = ask();
    await until(() => fake.inFlight === 2, { what: 'two requests are under way' });
    const waiting = times(3, ask);
    const ended = Promise.allSettled([reading, asked, ...waiting]);
    await Promise.all([pool.destroy(), pool.destroy()]);
    for (const outcome of await ended) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the connections have been closed' } });
    }
    await expect(ask()).rejects.toThrow('the connections have been closed');
    await until(() => fake.openConnections === 0, { what: 'every connection is closed' });
    expect(fake.requests.length).toBe(3);
    await pool.destroy();
  });

  test('ends connecting', async () => {
    const { port, connected, sockets } = await startSilent();
    const { pool, ask } = poolFor(`https://127.0.0.1:${port}`);
    const answer = expect(ask()).rejects.toThrow('the connections have been closed');
    await connected;
    await pool.destroy();
    await answer;
    await until(() => sockets.every(({ destroyed }) => destroyed), { what: 'the connection is closed' });
  });

  test('closes idle connections', async () => {
    const { fake, pool, ask } = await start();
    await ask();
    expect(fake.openConnections).toBe(1);
    await pool.destroy();
    await until(() => fake.openConnections === 0, { what: 'the connection is closed' });
  });
});

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
}
