import { once } from 'node:events';
import { ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { queryObjects } from 'node:v8';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { hang } from '../support/fake-upstream-behaviours.js';
import { openDescriptors, tellsDescriptors } from '../support/open-descriptors.js';
import { rawConnection } from '../support/raw-http.js';
import { listeningAt, readyAt, startCli } from '../support/run-cli.js';
import { startService } from '../support/start-service.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

const paths = [
  '/prometheus/metrics/docs',
  '/prometheus/metrics/all',
  '/prometheus/metrics',
  '/prometheus/api/v1/query?query=up',
];

async function upstream() {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  playWholeGateway(fake);
  return fake;
}

/** So many clients, each of which asks for a lot at once, and is gone at the first byte of an answer, or before. */
async function comeAndGo(port: number, count: number): Promise<void> {
  const each = async (index: number): Promise<void> => {
    // Not kept until the test has finished, as others are: memory is what this is about.
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    const path = paths[index % paths.length]!;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`.repeat(5));
    if (index % 3 === 0) socket.resetAndDestroy();
    else socket.once('data', () => (index % 3 === 1 ? socket.destroy() : socket.resetAndDestroy()));
    await closed;
  };
  for (let done = 0; done < count; done += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => each(done + index)));
  }
}

describe('1,000 clients that disconnect in the middle of an answer', () => {
  test('leave no socket and no answer in memory, and others are served', async () => {
    const fake = await upstream();
    const service = await startService({ prometheusUrl: fake.url });
    const inMemory = () => [ServerResponse, Socket].map((kind) => queryObjects(kind, { format: 'count' }));
    await comeAndGo(service.port, 100);
    await until(async () => (await service.connections()) === 0, { what: 'nobody is connected', within: 30_000 });
    const before = inMemory();

    await comeAndGo(service.port, 1_000);
    await until(async () => (await service.connections()) === 0, { what: 'nobody is connected', within: 30_000 });
    expect((await fetch(`${service.url}/prometheus/metrics/summary`)).status).toBe(200);
    // Some of the clients of the test itself, and what waits to be collected, may be among them; a leak would be a thousand.
    await until(() => inMemory().every((count, index) => count < before[index]! + 100), {
      what: 'answers and sockets are gone',
      every: 500,
      within: 30_000,
    });
    expect(service.log.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
  });

  test('while the upstream hangs take their questions with them', async () => {
    const fake = await upstream();
    const service = await startService({ prometheusUrl: fake.url });
    fake.behave(hang, ({ promql }) => promql.startsWith('up'));
    const clients = await Promise.all(Array.from({ length: 500 }, () => rawConnection(service.port)));
    for (const [index, { socket }] of clients.entries()) {
      socket.write(`GET /prometheus/api/v1/query?query=up${index} HTTP/1.1\r\nHost: gateway\r\n\r\n`);
    }
    await until(() => fake.inFlight === 20, { what: 'as many as may are under way', within: 30_000 });
    for (const { socket } of clients) socket.resetAndDestroy();
    await until(() => fake.inFlight === 0, { what: 'none is under way', within: 30_000 });
    const state = await (await fetch(`${service.url}/prometheus/metrics`)).text();
    expect(state).toMatch(/^gatewayz_metrics_datasource_waiting 0$/m);
  });

  test.runIf(tellsDescriptors)('leave no descriptor behind, of the service itself', async () => {
    const fake = await upstream();
    const cli = startCli(['serve'], { PORT: '0', PROMETHEUS_URL: fake.url });
    onTestFinished(() => cli.kill('SIGKILL'));
    const url = await listeningAt(cli);
    await readyAt(url);
    await comeAndGo(Number(new URL(url).port), 100);
    const before = await openDescriptors(cli.pid);
    await comeAndGo(Number(new URL(url).port), 1_000);
    // Connections to Prometheus come and go.
    await until(async () => (await openDescriptors(cli.pid)) <= before + 8, {
      what: 'descriptors are as before',
      within: 30_000,
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});
