import { expect, onTestFinished, test, vi } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { hang } from '../support/fake-upstream-behaviours.js';
import { rawConnection } from '../support/raw-http.js';
import { listeningAt, readyAt, startCli } from '../support/run-cli.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

async function start() {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  playWholeGateway(fake);
  const cli = startCli(['serve'], { PORT: '0', PROMETHEUS_URL: fake.url, METRICS_HOSTS: 'gateway' });
  onTestFinished(() => cli.kill('SIGKILL'));
  const url = await listeningAt(cli);
  await readyAt(url);
  return { fake, cli, url, port: Number(new URL(url).port) };
}

// What finishes in time, new requests, and a second signal: test/cli/serve.test.ts.
test('SIGTERM ends it with 0 by the deadline, whatever clients and Prometheus do not', async () => {
  const { fake, cli, url, port } = await start();
  fake.behave(hang);
  const query = fetch(`${url}/prometheus/api/v1/query?query=up`).then(
    () => 'answered',
    () => 'cut off',
  );
  await until(() => fake.inFlight > 0, { what: 'the query waits for Prometheus' });
  const idle = await rawConnection(port);
  const sending = await rawConnection(port);
  sending.socket.write('GET /prometheus/metrics/summary HTTP/1.1\r\nHost: ');
  const reading = await rawConnection(port);
  reading.socket.pause();
  reading.socket.write('GET /prometheus/metrics/docs HTTP/1.1\r\nHost: gateway\r\n\r\n'.repeat(1_000));

  cli.kill('SIGTERM');
  expect(await cli.ended).toBe(0);
  expect(await query).toBe('cut off');
  await Promise.all([idle.closed, sending.closed]);
  await until(() => fake.openConnections === 0, { what: 'no connection to Prometheus is left' });
  expect(cli.stderr).toEqual([]);
});

test('SIGINT is the same, and ends an idle one at once', async () => {
  const { cli, url } = await start();
  // A kept connection without a request is no reason to wait.
  await (await fetch(`${url}/prometheus/metrics/summary`)).arrayBuffer();
  cli.kill('SIGINT');
  expect(await cli.ended).toBe(0);
});
