import { setMaxListeners } from 'node:events';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { hang } from '../support/fake-upstream-behaviours.js';
import { startService } from '../support/start-service.js';
import { until } from '../support/until.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

const burst = 2_000;

async function start() {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  fake.behave(hang);
  const service = await startService({ prometheusUrl: fake.url, prometheusTimeout: '3s' });
  const agent = new Agent({ maxSockets: 500 });
  onTestFinished(() => agent.destroy());
  const ask = (path: string): Promise<{ status: number; body: string; retryAfter: string | undefined }> =>
    new Promise((resolve, reject) => {
      get(`${service.url}${path}`, { agent }, (response) => {
        const { statusCode = 0, headers } = response;
        text(response).then(
          (body) => resolve({ status: statusCode, body, retryAfter: headers['retry-after'] }),
          reject,
        );
      }).on('error', reject);
    });
  return { fake, service, ask };
}

test('2,000 requests to metrics of an upstream that hangs are one question, and all 503 once that has timed out', async () => {
  const { fake, service, ask } = await start();
  const answers = Promise.all(Array.from({ length: burst }, () => ask('/prometheus/metrics/summary')));
  await until(() => fake.requests.length > 0, { what: 'Prometheus is asked' });
  for (const path of ['/healthz', '/prometheus/metrics', '/prometheus/metrics/docs']) {
    expect((await fetch(`${service.url}${path}`)).status).toBe(200);
  }
  const given = await answers;
  expect(new Set(given.map(({ status }) => status))).toEqual(new Set([503]));
  for (const { body } of given) expect(JSON.parse(body)).toMatchObject({ status: 'unavailable' });
  // Those that came after the timeout may have begun another.
  expect(fake.maxInFlight).toBe(1);
  expect(fake.requests.length).toBeLessThanOrEqual(3);
});

test('2,000 queries to a datasource that hangs: as many as the limit allows wait, the rest is 503 at once', async () => {
  const { fake, service, ask } = await start();
  const leave = new AbortController();
  setMaxListeners(0, leave.signal);
  let refused = 0;
  let wrong: unknown;
  const queries = Array.from({ length: burst }, (_, index) =>
    fetch(`${service.url}/prometheus/api/v1/query?query=up&time=${index}`, { signal: leave.signal }).then(
      async (response) => {
        const { errorType } = (await response.json()) as { errorType?: string };
        if (response.status === 503 && errorType === 'unavailable' && response.headers.get('retry-after') === '1') {
          refused += 1;
        } else wrong = [response.status, errorType];
      },
      () => {},
    ),
  );
  // Twenty are under way and 500 wait.
  await until(() => refused === burst - 520, { what: 'what the queue cannot take is refused', within: 40_000 });
  expect(wrong).toBeUndefined();
  expect(fake.maxInFlight).toBe(20);
  expect((await ask('/healthz')).status).toBe(200);
  expect((await ask('/prometheus/metrics/docs')).status).toBe(200);
  leave.abort();
  await Promise.all(queries);
  await until(() => fake.inFlight === 0, { what: 'nothing is asked any more' });
  fake.recover();
  expect((await ask('/prometheus/api/v1/label/job/values')).status).toBe(200);
});
