import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCatalogue } from '../../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../../src/collector/prometheus-collector.js';
import { gatewayzCatalogue } from '../../../src/presets/presets.js';
import { createPrometheusClient, type PrometheusClient } from '../../../src/prometheus/prometheus-client.js';
import { parseMatchers } from '../../../src/promql/matchers.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { type SeededSeries, seed } from '../../support/seed-series.js';

const evaluationTime = Date.UTC(2026, 0, 1, 13);
const { signal } = new AbortController();
let prometheus: TestPrometheus;
let client: PrometheusClient;

/** Instances of one situation, by seconds between scrapes: each handles 6 requests a second. */
const situations: Readonly<Record<string, readonly { every: number; lost?: number }[]>> = {
  mixed: [{ every: 15 }, { every: 60 }],
  rare: [{ every: 45 }, { every: 45 }],
  // The last scrape but one of the second instance failed.
  failed: [{ every: 30 }, { every: 30, lost: 1 }],
};

beforeAll(async () => {
  const series = Object.entries(situations).flatMap(([situation, instances]) =>
    instances.map(({ every, lost }, index): SeededSeries => {
      const count = Math.floor(1800 / every);
      const values = Array.from({ length: count }, (_, scrape) =>
        count - 1 - scrape === lost ? '_' : `${6 * every * scrape}`,
      );
      return {
        name: 'fastapi_requests_total',
        labels: { situation, instance: `i${index}`, job: 'gateway', status_code: '200' },
        values: values.join(' '),
        // No scrape is at the evaluation timestamp itself.
        start: evaluationTime - 5000 - (count - 1) * every * 1000,
        step: every * 1000,
      };
    }),
  );
  prometheus = await startTestPrometheus({ series: seed(series) });
  client = createPrometheusClient({
    prometheusUrl: prometheus.url,
    prometheusTimeout: 30_000,
    prometheusConnections: 4,
    prometheusMaxBody: 2 ** 24,
  });
});

afterAll(async () => {
  await client?.close();
  await prometheus?.close();
});

describe('the request rate', () => {
  test.each(Object.keys(situations))('counts every instance when scrapes are %s', async (situation) => {
    const selector = parseMatchers(`situation="${situation}"`);
    const catalogue = createCatalogue(gatewayzCatalogue, { selector, marker: undefined });
    const collector = createPrometheusCollector(client, catalogue, 20_000);
    const id = 'http.request_rate_per_minute';
    const { outcomes } = await collector.collect(evaluationTime, [id], signal);
    const outcome = outcomes.get(id);
    const sample = outcome?.state === 'present' ? outcome.metrics[0] : undefined;
    expect(Math.round(Number(sample && 'value' in sample ? sample.value : Number.NaN))).toBe(720);
  });
});
