import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import type { MetricsResponse } from '../../src/http/message.js';
import type { Metrics, MetricsOptions } from '../../src/metrics.js';
import { built } from '../support/built.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { hang } from '../support/fake-upstream-behaviours.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

const { createMetrics } = (await import(built('index.js').href)) as {
  createMetrics: (options: MetricsOptions) => Promise<Metrics>;
};

/** The built package with its real thread, and every thread that this process starts from now on. */
async function start() {
  const threads: Worker[] = [];
  const note = (worker: Worker) => void threads.push(worker);
  process.on('worker', note);
  const fake = await startFakePrometheus();
  playWholeGateway(fake);
  const log: { readonly level: string; readonly message: string }[] = [];
  const logger = Object.fromEntries(
    ['info', 'warn', 'error'].map((level) => [level, (_: object, message: string) => log.push({ level, message })]),
  ) as unknown as NonNullable<MetricsOptions['logger']>;
  const metrics = await createMetrics({
    env: {},
    prometheusUrl: fake.url,
    metricsRefreshInterval: '500ms',
    metricsEvaluationDelay: 0,
    logger,
  });
  onTestFinished(async () => {
    process.off('worker', note);
    await metrics.close();
    await fake.close();
  });
  const ask = (path: string): MetricsResponse | Promise<MetricsResponse> =>
    metrics.handle({ method: 'GET', url: `/prometheus/metrics${path}`, headers: {} });
  return { fake, metrics, threads, log, ask };
}

test('a thread that dies under load is started again; what was shown is shown meanwhile, and fresh after', async () => {
  const { fake, threads, log, ask } = await start();
  expect((await ask('/summary')).status).toBe(200);
  const etag = async () => (await ask('/summary')).headers['etag'];
  const last = await etag();

  // Nothing new can come: what is shown is what there was.
  fake.behave(hang);
  await threads[0]!.terminate();
  await until(() => log.some(({ message }) => message.startsWith('worker thread exited')), {
    what: 'its end is noticed',
  });
  for (let request = 0; request < 1_000; request += 1) {
    const { status, headers } = await ask('/summary');
    expect([status, headers['etag']]).toEqual([200, last]);
  }
  expect((await ask('')).status).toBe(200);
  await until(() => threads.length === 2, { what: 'another thread is started' });

  fake.recover();
  await until(async () => (await etag()) !== last, { what: 'there are new values', within: 30_000 });
  expect((await ask('/summary')).status).toBe(200);
  expect(log.filter(({ level }) => level === 'error')).toEqual([
    { level: 'error', message: 'worker thread exited, restarting in 500 ms' },
  ]);
  expect(threads).toHaveLength(2);
});

test('a request that waits while the thread dies is answered by the next one', async () => {
  const { fake, threads, ask } = await start();
  fake.behaveOnce(hang);
  const waiting = ask('/business');
  await until(() => fake.requests.length > 0, { what: 'Prometheus is asked' });
  await threads[0]!.terminate();
  const { status, body } = await waiting;
  expect([status, Buffer.from((body as Uint8Array | undefined) ?? []).toString()]).toEqual([
    200,
    expect.stringContaining('active_api_keys'),
  ]);
  expect(threads).toHaveLength(2);
});
