import { expect, onTestFinished, test } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { listeningAt, startCli } from '../support/run-cli.js';

test('serve on a loopback address has the Prometheus API for Grafana beside the metrics', async () => {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  const cli = startCli(['serve'], { PORT: '0', HOST: '127.0.0.1', PROMETHEUS_URL: fake.url });
  onTestFinished(() => cli.kill('SIGKILL'));
  const url = await listeningAt(cli);
  const body = new URLSearchParams({ query: '1+1', time: '4' });
  const answer = await fetch(`${url}/prometheus/api/v1/query`, { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { status: 'success', data: { resultType: 'vector', result: [] } },
  ]);
  expect((await fetch(`${url}/prometheus/api/v1/status/config`)).status).toBe(404);
  expect((await fetch(`${url}/prometheus/metrics`)).status).toBe(200);
  const asked = fake.requests.filter(({ promql }) => promql === '1+1');
  expect(asked.map(({ method, params }) => [method, params.get('time')])).toEqual([['POST', '4']]);
  cli.kill('SIGTERM');
  expect(await cli.ended).toBe(0);
});
