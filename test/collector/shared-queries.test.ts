import { describe, expect, test } from 'vitest';
import { QueryCache } from '../../src/collector/shared-queries.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import type { PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import { RetryAfterThrottle } from '../../src/prometheus/retry-after-throttle.js';
import { errorOf, instant, startClient } from '../prometheus/start-client.js';
import { FakeClock } from '../support/fake-clock.js';
import { apiError, hang, reset, resetMidBody } from '../support/fake-upstream-behaviours.js';

const { signal } = new AbortController();

describe('the cost of questions', () => {
  test('is what answers took, of errors too, and nothing for what had no answer, however long we waited', async () => {
    const refused = new GatewayzMetricsError('upstream_timeout', 'ran out of time (HTTP 503)');
    refused.responseSeconds = 3;
    const silent = new GatewayzMetricsError('upstream_timeout', 'did not answer');
    const outcomes: Record<string, Promise<{ vector: []; seconds: number }>> = {
      good: Promise.resolve({ vector: [], seconds: 2 }),
      refused: Promise.reject(refused),
      silent: Promise.reject(silent),
    };
    const client = { query: (promql: string) => outcomes[promql] } as unknown as PrometheusClient;
    const spent: number[] = [];
    const asked = new QueryCache(client, new RetryAfterThrottle(new FakeClock()), instant);
    const questions = asked.during(signal, (seconds) => spent.push(seconds));
    for (const promql of ['good', 'refused', 'silent', 'good']) await questions.query(promql);
    expect(spent).toEqual([2, 3, 0]);
  });

  test('of an error is known where Prometheus gave it, or began to', async () => {
    const { fake, ask } = await startClient();
    for (const behaviour of [apiError(422, 'execution', 'boom'), resetMidBody]) {
      fake.behaveOnce(behaviour);
      expect((await errorOf(ask())).responseSeconds).toBeGreaterThan(0);
    }
  });

  test('of an error is not known where it gave no answer', async () => {
    const { fake, ask } = await startClient({ prometheusTimeout: 200 });
    for (const behaviour of [reset, hang]) {
      fake.behave(behaviour);
      expect((await errorOf(ask())).responseSeconds).toBeUndefined();
    }
  });
});
