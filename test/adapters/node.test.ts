import { once } from 'node:events';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { nodeHandler } from '../../src/adapters/node.js';
import type { MetricsResponse } from '../../src/http/message.js';
import { deferred } from '../support/deferred.js';
import { listen } from '../support/listen.js';
import { until } from '../support/until.js';
import { echoMetrics } from './echo-metrics.js';

const late: MetricsResponse = { status: 200, headers: { 'content-length': '4' }, body: Buffer.from('late') };

test('method, path with query, and headers arrive as they were sent', async () => {
  const metrics = echoMetrics();
  const url = await listen(nodeHandler(metrics));
  const response = await fetch(`${url}/prometheus/metrics/summary?values=number`, { headers: { Accept: 'a/b' } });
  expect(await response.json()).toEqual({ method: 'GET', url: '/prometheus/metrics/summary?values=number' });
  expect(metrics.requests[0]?.headers['accept']).toBe('a/b');
});

test('an answer that takes time is sent when it is there', async () => {
  const ready = deferred();
  const metrics = echoMetrics('/prometheus', () => ready.promise.then(() => late));
  const url = await listen(nodeHandler(metrics));
  const answer = fetch(url);
  await until(() => metrics.requests.length === 1, { what: 'the request has arrived' });
  ready.resolve();
  expect(await (await answer).text()).toBe('late');
});

test('where the host has answered meanwhile, as a timeout does, nothing more is sent', async () => {
  const ready = deferred();
  const answer = nodeHandler(echoMetrics('/prometheus', () => ready.promise.then(() => late)));
  const url = await listen((request, response) => {
    answer(request, response);
    response.writeHead(503).end('too slow');
  });
  const response = await fetch(url);
  expect([response.status, await response.text()]).toEqual([503, 'too slow']);
  // A reply that threw here would be a rejection that nobody handles: vitest fails the run.
  ready.resolve();
  await ready.promise;
});

test('HTTP/2 is served through its compatibility API', async () => {
  const server = createHttp2Server(nodeHandler(echoMetrics()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    session.close();
    await new Promise<void>((closed) => server.close(() => closed()));
  });
  const stream = session.request({ ':path': '/prometheus/metrics/docs' });
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  expect([headers[':status'], headers['content-type']]).toEqual([200, 'application/json']);
  expect(JSON.parse(await text(stream))).toEqual({ method: 'GET', url: '/prometheus/metrics/docs' });
});
