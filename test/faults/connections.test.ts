import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { MetricsResponse } from '../../src/http/message.js';
import type { Metrics } from '../../src/metrics.js';
import { readSettings } from '../../src/settings/read-settings.js';
import { createStandalone } from '../../src/standalone.js';
import { deferred } from '../support/deferred.js';
import { rawConnection, sendRaw } from '../support/raw-http.js';
import { until } from '../support/until.js';

/** The service around metrics that handle every request in this way. */
async function serve(handle: () => MetricsResponse | Promise<MetricsResponse>, hosts?: readonly string[]) {
  const metrics: Metrics = {
    settings: readSettings({ env: {} }),
    paths: [],
    owns: () => true,
    handle,
    snapshot: () => Promise.reject(new Error('unused')),
    ready: async () => true,
    close: async () => {},
  };
  const service = createStandalone(metrics, pino({ level: 'silent' }), { hosts });
  onTestFinished(async () => {
    service.server.closeAllConnections();
    await service.close();
  });
  const url = await service.listen({ host: '127.0.0.1', port: 0 });
  return { service, url, port: Number(new URL(url).port) };
}

const whole = (body: Buffer): MetricsResponse => ({
  status: 200,
  headers: { 'content-length': String(body.length) },
  body,
});

test('closing lets a download in progress end, and then its connection', async () => {
  const body = Buffer.alloc(40 * 1024 * 1024, 'x');
  const { service, url } = await serve(() => whole(body));
  const response = await new Promise<IncomingMessage>((resolve) => get(url, { agent: false }, resolve));
  const closed = service.close();
  expect((await buffer(response)).length).toBe(body.length);
  await closed;
});

test('pipelined requests of one connection are handled a few at a time, in order, and all of them', async () => {
  const release = deferred();
  let handled = 0;
  const { port, url } = await serve(async () => {
    handled += 1;
    const number = handled;
    await release.promise;
    return whole(Buffer.from(`<${number}>`));
  });
  const connection = await rawConnection(port);
  const requests = 'GET /prometheus/metrics/summary HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(5_000);
  await new Promise((resolve) => connection.socket.write(requests, resolve));
  await until(() => handled === 8, { what: 'the first requests are handled' });
  const other = fetch(url);
  await until(() => handled === 9, { what: 'another connection is served meanwhile' });
  release.resolve();
  expect((await other).status).toBe(200);
  await until(() => connection.received.includes('<5001>'), { what: 'all have their response', within: 20_000 });
  const numbers = [...connection.received.matchAll(/<(\d+)>/g)].map(([, number]) => Number(number));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(numbers).toHaveLength(5_000);
});

test.each([
  ['127.0.0.1:8000', 200],
  ['[::1]:8000', 200],
  ['localhost', 200],
  ['LocalHost.:8000', 200],
  ['app.localhost', 200],
  ['Metrics.Example:8000', 200],
  ['rebound.example', 403],
  ['127.0.0.1.rebound.example', 403],
  ['localhost.rebound.example:8000', 403],
])('on an open loopback address the host %s is %i', async (host, status) => {
  const { port } = await serve(() => whole(Buffer.from('ok')), ['metrics.example']);
  const request = (target: string, name: string) =>
    sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
  expect(await request('/prometheus/api/v1/query?query=up', host)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(await request(`http://${host}/healthz`, 'localhost')).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
});
