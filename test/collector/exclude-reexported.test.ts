import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import { clientOf } from '../prometheus/start-client.js';
import { startTestPrometheus } from '../support/prometheus.js';
import { seed } from '../support/seed-series.js';
import { startVictoriaMetrics } from '../support/victoria-metrics.js';
import { recordingClient } from './recording-client.js';

const step = 15_000;
/** Today: VictoriaMetrics knows by the day which names there are. */
const instant = Math.floor(Date.now() / step) * step - 60_000;
const marker = { label: 'reexported_by', value: 'gatewayz-metrics' };
const times = { start: instant - 600_000, step };
const counting = { values: '100+10x40', ...times };

/** A gateway that writes two metrics, and more that only we exported and Prometheus scraped from us. */
const series = seed([
  { name: 'fastapi_requests_total', labels: { job: 'gateway', status_code: '200' }, ...counting },
  { name: 'trial_active', labels: { job: 'gateway', status: 'canceled' }, ...counting },
  ...['fastapi_requests_total', 'fastapi_exceptions_total', 'subscription_count'].map((name) => ({
    name,
    labels: { job: 'all', [marker.label]: marker.value },
    ...counting,
  })),
]);

describe.each([
  ['Prometheus', startTestPrometheus.bind(undefined, { series })],
  ['VictoriaMetrics', () => startVictoriaMetrics(series)],
])('in %s, a metric that only our own output has', (name, start) => {
  const isHere = name === 'Prometheus' || inject('victoriaMetrics') !== undefined;
  let engine: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    if (isHere) engine = await start();
  });
  afterAll(() => engine?.close());

  it.skipIf(!isHere)('is told to be written by nobody, as where there is a base selector', async () => {
    const rows = ['http.total_requests', 'fastapi_exceptions_total', 'subscription_count', 'trial_active'];
    const client = recordingClient(clientOf({ prometheusUrl: engine.url }));
    const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker });
    const collector = createPrometheusCollector(client, catalogue, 20_000);
    const { outcomes } = await collector.collect(instant, rows, new AbortController().signal);
    expect(Object.fromEntries(outcomes)).toMatchObject({
      'http.total_requests': { state: 'present', metrics: [{ value: '500' }] },
      fastapi_exceptions_total: {
        state: 'missing',
        reason: 'no series named fastapi_exceptions_total in Prometheus',
      },
      subscription_count: { state: 'missing', reason: 'no series named subscription_count in Prometheus' },
      trial_active: { state: 'missing', reason: 'no usable samples of trial_active at the evaluation timestamp' },
    });
  });
});
