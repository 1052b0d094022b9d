import { describe, expect, onTestFinished, test } from 'vitest';
import type { SummaryDocument, UnavailableDocument } from '../../src/render/summary.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { type StartedService, startService } from '../support/start-service.js';
import { type Direction, startToxicProxy, type Toxic } from '../support/toxic-proxy.js';
import { until } from '../support/until.js';

/** Milliseconds. */
const timeout = 2_000;
const long = 60_000;

/** The service, a fake Prometheus that knows one metric, and what is to go wrong between them. */
async function start() {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  fake.labels({ __name__: ['fastapi_requests_total'], job: ['gateway'] });
  fake.answer(() => [{ labels: {}, value: '1' }]);
  const proxy = await startToxicProxy(fake.port);
  const service = await startService({
    prometheusUrl: proxy.url,
    prometheusTimeout: timeout / 1000,
    metricsRefreshInterval: '200ms',
    metricsEvaluationDelay: 0,
  });
  return { fake, proxy, service };
}

async function summary({
  url,
}: StartedService): Promise<{ status: number; document: SummaryDocument | UnavailableDocument }> {
  // Longer than anything that is promised: a wait of 8 s at most.
  const response = await fetch(`${url}/prometheus/metrics/summary`, { signal: AbortSignal.timeout(30_000) });
  return { status: response.status, document: (await response.json()) as SummaryDocument };
}

const becomes = (service: StartedService, status: string) =>
  until(async () => (await summary(service)).document.status === status, {
    what: `the summary is ${status}`,
    within: 30_000,
  });

const troubles = ({ log }: StartedService): readonly unknown[] =>
  log.map((line) => JSON.parse(line)).flatMap(({ level, code }) => (level === 40 && code ? [code] : []));

const harmless: readonly Toxic[] = [
  { type: 'latency', latency: 20 },
  { type: 'bandwidth', rate: 200_000 },
  { type: 'slow_close', delay: long },
  { type: 'slicer', size: 7 },
];

const harmful: readonly (readonly [Toxic, code: string])[] = [
  [{ type: 'latency', latency: long }, 'upstream_timeout'],
  [{ type: 'down' }, 'upstream_unreachable'],
  [{ type: 'bandwidth', rate: 1 }, 'upstream_timeout'],
  [{ type: 'timeout', timeout: 0 }, 'upstream_timeout'],
  [{ type: 'timeout', timeout: 50 }, 'upstream_unreachable'],
  [{ type: 'reset_peer' }, 'upstream_unreachable'],
  [{ type: 'limit_data', bytes: 50 }, 'upstream_unreachable'],
];

const directions: readonly Direction[] = ['upstream', 'downstream'];
const named = (toxic: Toxic): string => Object.values(toxic).join(' ');

describe.each(directions)('on the way %s between us and Prometheus', (direction) => {
  test.each(harmless.map((toxic) => [named(toxic), toxic] as const))('%s does no harm', async (_, toxic) => {
    const { proxy, service, fake } = await start();
    await proxy.poison(direction, toxic);
    expect(await summary(service)).toMatchObject({ status: 200, document: { status: 'ok' } });
    const asked = fake.requests.length;
    await until(() => fake.requests.length > asked, { what: 'it is asked again' });
    expect(await summary(service)).toMatchObject({ status: 200, document: { status: 'ok' } });
    expect(troubles(service)).toEqual([]);
  });

  test.each(harmful.map(([toxic, code]) => [named(toxic), toxic, code] as const))(
    '%s is 503 in time while there is nothing, then the last good values, and over when it is over',
    async (_, toxic, code) => {
      const { proxy, service } = await start();
      await proxy.poison(direction, toxic);
      expect(await summary(service)).toMatchObject({
        status: 503,
        document: { status: 'unavailable', error: { code: 'unavailable', message: expect.stringMatching(/\w/) } },
      });
      await proxy.cure();
      await becomes(service, 'ok');

      await proxy.poison(direction, toxic);
      await becomes(service, 'stale');
      expect(await summary(service)).toMatchObject({
        status: 200,
        document: { metrics: { http: { total_requests: '1' } } },
      });
      expect((await fetch(`${service.url}/healthz`)).status).toBe(200);
      await proxy.cure();
      await becomes(service, 'ok');
      expect(troubles(service)).toEqual([code, code]);
    },
  );
});
