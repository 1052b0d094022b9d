import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import type * as library from '../src/index.js';
import { built } from './support/built.js';
import { startFakePrometheus } from './support/fake-prometheus.js';
import { plainText } from './support/fake-upstream-behaviours.js';
import { until } from './support/until.js';
import { playWholeGateway } from './support/whole-gateway.js';

const within = 60_000;

test('once ready it stays so, also while a thread that had to be started again gets no answer', {
  timeout: 180_000,
}, async () => {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  playWholeGateway(fake);
  const threads: Worker[] = [];
  const note = (thread: Worker) => threads.push(thread);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  const { createMetrics } = (await import(built('index.js').href)) as typeof library;
  const logger = { info() {}, warn() {}, error() {} };
  const metrics = await createMetrics({
    env: {},
    logger,
    prometheusUrl: fake.url,
    metricsRefreshInterval: '200ms',
    metricsEvaluationDelay: 0,
  });
  onTestFinished(() => metrics.close());
  const get = (path: string) => metrics.handle({ method: 'GET', url: `/prometheus/metrics${path}`, headers: {} });
  expect((await get('/summary')).status).toBe(200);
  await until(() => metrics.ready(), { what: 'it is ready', within });

  fake.behave(plainText(503, 'Service Unavailable'));
  await threads[0]!.terminate();
  await until(
    async () => {
      await get('/summary');
      const scraped = String((await get('')).body);
      return (
        threads.length === 2 &&
        /refreshes_total\{outcome="failure"\} [1-9]/.test(scraped) &&
        scraped.includes('{outcome="success"} 0')
      );
    },
    { what: 'another thread tells of itself', within },
  );
  for (let look = 0; look < 3; look += 1) expect(await metrics.ready()).toBe(true);
  expect((await get('/summary')).status).toBe(200);
});
