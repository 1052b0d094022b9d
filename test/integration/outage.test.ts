import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createMetrics, type Metrics } from '../../src/metrics.js';
import type { SummaryDocument } from '../../src/render/summary.js';
import { type RunningPrometheus, startPrometheus } from '../../src/tools/demo/prometheus/run-prometheus.js';
import { freePort } from '../support/free-port.js';
import { listen } from '../support/listen.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

const exposition = [
  '# TYPE fastapi_requests_total counter',
  'fastapi_requests_total{path="/a",status_code="200"} 12345',
  'fastapi_requests_total{path="/b",status_code="500"} 5',
  '# TYPE fastapi_requests_in_progress gauge',
  'fastapi_requests_in_progress 3',
  // Nobody asks for these; but Prometheus needs a moment to replay them when it starts again.
  '# TYPE ballast gauge',
  ...Array.from({ length: 50_000 }, (_, number) => `ballast{number="${number}"} 1`),
  '',
].join('\n');

interface Seen {
  readonly status: number;
  readonly cacheControl: string | undefined;
  readonly document: SummaryDocument;
}

async function summaryOf(metrics: Metrics): Promise<Seen> {
  const { status, headers, body } = await metrics.handle({
    method: 'GET',
    url: '/prometheus/metrics/summary',
    headers: {},
  });
  const document = JSON.parse(new TextDecoder().decode(body as Uint8Array)) as SummaryDocument;
  return { status, cacheControl: headers['cache-control'], document };
}

test('a Prometheus that goes and comes back, replaying its log, is stale in between, and then fresh without restart', async () => {
  const gateway = await listen(createServer((_request, response) => response.end(exposition)));
  const folder = await tempFolder();
  const port = await freePort();
  const start = (): Promise<RunningPrometheus> =>
    startPrometheus({
      binary: inject('prometheus').prometheus,
      dataDir: join(folder, 'data'),
      port,
      configText: `
scrape_configs:
  - job_name: gateway
    scrape_interval: 1s
    static_configs: [{ targets: ['${new URL(gateway).host}'] }]
`,
    });
  let prometheus = await start();
  const lines: string[] = [];
  const log = (_fields: object, message: string) => void lines.push(message);
  const metrics = await createMetrics({
    env: {},
    logger: { info: log, warn: log, error: log },
    prometheusUrl: `http://127.0.0.1:${port}`,
    metricsWorker: false,
    metricsRefreshInterval: '100ms',
    metricsEvaluationDelay: '1s',
    metricsStaleLimit: '2m',
  });
  onTestFinished(async () => {
    await metrics.close();
    await prometheus.close();
    await removeFolder(folder);
  });
  const seen = (what: string, is: (summary: Seen) => boolean, within = 30_000): Promise<Seen> =>
    until(
      async () => {
        const summary = await summaryOf(metrics);
        return is(summary) ? summary : undefined;
      },
      { what, within },
    );

  const values = { total_requests: '12350', in_progress: '3' };
  // All of them: on a busy machine the first scrape may be committed between two questions, in spite of the delay.
  const good = await seen('the summary has the values', ({ document: { metrics: known } }) =>
    Object.entries(values).every(([field, value]) => known?.['http']?.[field] === value),
  );
  expect(good.document.missing['business.active_trials']).toBe('no series named trial_active in Prometheus');

  await prometheus.close();
  const stale = await seen('the summary is stale', ({ document }) => document.status === 'stale');
  expect([stale.status, stale.cacheControl]).toEqual([200, 'no-cache']);
  expect(stale.document.metrics['http']).toMatchObject(values);
  expect(Object.keys(stale.document.stale)).toContain('http.total_requests');
  const { timestamp } = stale.document;
  const later = await seen('it is older', ({ document }) => document.age_seconds > stale.document.age_seconds);
  expect(later.document.timestamp).toBe(timestamp);

  prometheus = await start();
  // It answers now: fresh within one interval and PROMETHEUS_TIMEOUT.
  const fresh = await seen('the summary is fresh', ({ document }) => document.status !== 'stale', 10_100);
  expect(fresh.document.metrics['http']).toMatchObject(values);
  expect(Date.parse(fresh.document.timestamp)).toBeGreaterThan(Date.parse(timestamp));
  const [replaying, again] = lines.filter((line) => line.startsWith('prometheus:')).slice(-2);
  expect(replaying).toMatch(/^prometheus: Prometheus at http:\S+ asks for patience \(HTTP 503\): Service Unavailable/);
  expect(again).toBe('prometheus: recovered');
});
