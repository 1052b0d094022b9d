import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../../src/metrics.js';
import { createStandalone } from '../../../src/standalone.js';
import { startSimulatedHealthService } from '../../../src/tools/demo/simulated-health-service.js';
import { type Answers, askEverything } from '../../support/ask-everything.js';
import { freePort } from '../../support/free-port.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { readDashboards } from '../../support/read-dashboards.js';
import { startRealBackend } from '../../support/real-backend.js';
import { until } from '../../support/until.js';

/** What has to be empty with a backend that writes only what the real one writes, and the metrics that it lacks. */
const lacking: Readonly<Record<string, readonly string[]>> = {
  'gatewayz-overview / Active API keys': ['active_api_keys'],
  'gatewayz-overview / Active subscriptions': ['subscription_count'],
  'gatewayz-overview / Active trials': ['trial_active'],
  'gatewayz-overview / Customers': ['active_api_keys', 'subscription_count', 'trial_active'],
  'gatewayz-http / Exceptions': ['fastapi_exceptions_total'],
  'gatewayz-http / Database latency quantiles': ['database_query_duration_seconds_bucket'],
  'gatewayz-business / API keys': ['active_api_keys'],
  'gatewayz-business / Subscriptions': ['subscription_count'],
  'gatewayz-business / Trials': ['trial_active'],
  'gatewayz-business / Customers over time': ['active_api_keys', 'subscription_count', 'trial_active'],
};

/** Families of the dashboard of all families that need these metrics. */
const familiesLacking = [
  'gatewayz-families / active_api_keys',
  'gatewayz-families / fastapi_exceptions_total',
  'gatewayz-families / gatewayz_database_query_duration_quantiles_seconds',
  'gatewayz-families / subscription_count',
  'gatewayz-families / trial_active',
];
const expectedEmpty = [...Object.keys(lacking), ...familiesLacking].sort();

const ends: (() => Promise<unknown>)[] = [];
let prometheus: TestPrometheus;
let service: string;

beforeAll(async () => {
  const backend = await startRealBackend();
  ends.push(() => backend.close());
  const health = await startSimulatedHealthService({ seed: 1 });
  ends.push(() => health.close());
  const port = await freePort();
  prometheus = await startTestPrometheus({
    scrape: `
- {job_name: gatewayz, static_configs: [{targets: ['${backend.target}']}]}
- {job_name: gatewayz_metrics, metrics_path: /prometheus/metrics, static_configs: [{targets: ['127.0.0.1:${port}']}]}`,
  });
  ends.push(() => prometheus.close());
  const log = pino({ level: 'silent' });
  const metrics = await createMetrics({
    env: {},
    metricsWorker: false,
    prometheusUrl: prometheus.url,
    healthServiceUrl: health.url,
    logger: log,
  });
  const app = createStandalone(metrics, log);
  ends.push(() => app.close());
  service = await app.listen({ host: '127.0.0.1', port });
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

describe('with a backend that writes only what the real one writes', () => {
  it('just these panels are empty; all others, the drop-downs and the alerts have derived values', async () => {
    let answers: Answers | undefined;
    const panelsOf = (queries: readonly string[] = []): string[] => [
      ...new Set(queries.map((query) => query.replace(/ \/ \w+ \(\w+\)$/, ''))),
    ];
    const settled = async (): Promise<boolean> => {
      await fetch(`${service}/prometheus/metrics/all`);
      answers = await askEverything(prometheus.url, answers?.empty);
      return panelsOf(answers.empty).length <= expectedEmpty.length;
    };
    await until(settled, { what: 'only what must be is empty', within: 150_000, every: 2_000 }).catch(() => undefined);
    expect(answers?.refused).toEqual([]);
    expect(panelsOf(answers?.empty).sort()).toEqual(expectedEmpty);
  }, 240_000);

  it('each of them says in its description what it lacks', () => {
    const descriptions = new Map<string, string>(
      readDashboards().flatMap(({ uid, panels }) =>
        panels.map(({ title, description }) => [`${uid} / ${title}`, description ?? ''] as const),
      ),
    );
    for (const [panel, metrics] of Object.entries(lacking)) {
      const names = metrics.length < 2 ? metrics.join('') : `${metrics.slice(0, -1).join(', ')} or ${metrics.at(-1)}`;
      expect(descriptions.get(panel)).toContain(`Empty while the gateway writes no ${names}.`);
    }
    const telling = [...descriptions]
      .filter(([, text]) => text.includes('Empty while the gateway'))
      .map(([panel]) => panel);
    expect(telling.filter((panel) => !(panel in lacking))).toEqual([
      'gatewayz-models / Time to first chunk',
      'gatewayz-overview / First token p95',
    ]);
  });
});
