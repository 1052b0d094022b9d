import { describe, expect, test } from 'vitest';
import type { EngineState } from '../src/engine/engine.js';
import { ownFamilies } from '../src/own-metrics.js';
import { renderExposition } from '../src/render/exposition.js';
import { renderOpenMetrics } from '../src/render/open-metrics.js';
import { RequestMetrics } from '../src/request-metrics.js';
import { parseExposition } from './support/parse-exposition.js';

const worker = { workerUp: undefined, workerRestarts: 0, problem: undefined };

const state: EngineState = {
  ready: true,
  upstreamUp: true,
  clockSkewSeconds: -1.5,
  retries: 2,
  snapshotTime: 1_795_348_795_000,
  intervalSeconds: 15,
  refreshes: { success: 7, partial: 2, failure: 1 },
  rowDurations: { 'http.error_rate': 0.012 },
  rowTimes: { 'http.error_rate': 1_795_348_790_500 },
  seriesOverLimit: { tokens_used_total: 12 },
  healthFamilies: [],
  healthEndpoints: { '/health': true, '/metrics': false },
};

async function samples(of: EngineState | undefined, requests = new RequestMetrics()): Promise<Record<string, string>> {
  const text = renderExposition(ownFamilies(of, worker, requests));
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => line.split(/ (?=\S+$)/)));
}

describe('our own metrics', () => {
  test('about refreshes have the names, units and values of the contract', async () => {
    expect(await samples(state)).toEqual({
      gatewayz_metrics_snapshot_timestamp_seconds: '1795348795',
      'gatewayz_metrics_refresh_duration_seconds{row="http.error_rate"}': '0.012',
      'gatewayz_metrics_refreshes_total{outcome="success"}': '7',
      'gatewayz_metrics_refreshes_total{outcome="partial"}': '2',
      'gatewayz_metrics_refreshes_total{outcome="failure"}': '1',
      gatewayz_metrics_refresh_interval_seconds: '15',
      'gatewayz_metrics_row_timestamp_seconds{row="http.error_rate"}': '1795348790.5',
      gatewayz_metrics_upstream_up: '1',
      gatewayz_metrics_upstream_clock_skew_seconds: '-1.5',
      gatewayz_metrics_upstream_retries_total: '2',
      'gatewayz_metrics_series_dropped{family="tokens_used_total"}': '12',
      'gatewayz_metrics_health_endpoint_up{endpoint="/health"}': '1',
      'gatewayz_metrics_health_endpoint_up{endpoint="/metrics"}': '0',
    });
  });

  test('about the worker thread are there where it is switched on', () => {
    const text = (workerUp: boolean | undefined) =>
      renderExposition(
        ownFamilies(undefined, { workerUp, workerRestarts: 3, problem: undefined }, new RequestMetrics()),
      );
    expect(text(false)).toContain('\ngatewayz_metrics_worker_up 0\n');
    expect(text(true)).toContain('\ngatewayz_metrics_worker_up 1\n');
    expect(text(true)).toContain('\ngatewayz_metrics_worker_restarts_total 3\n');
    expect(text(undefined)).toBe('');
  });

  test('say nothing that is not known', async () => {
    const unknown = { upstreamUp: undefined, clockSkewSeconds: undefined, snapshotTime: undefined };
    const names = Object.keys(await samples({ ...state, ...unknown }));
    expect(names.filter((name) => /upstream_up|clock_skew|snapshot/.test(name))).toEqual([]);
    expect(await samples(undefined)).toEqual({});
  });

  test('about requests count by endpoint and code, and time by endpoint', async () => {
    const requests = new RequestMetrics();
    requests.observe('summary', 200, 0.0004);
    requests.observe('summary', 304, 0.03);
    requests.observe('summary', 200, 20);
    requests.observe('other', 404, 0.0001);
    const found = await samples(undefined, requests);
    expect(found).toMatchObject({
      'gatewayz_metrics_http_requests_total{endpoint="summary",code="200"}': '2',
      'gatewayz_metrics_http_requests_total{endpoint="summary",code="304"}': '1',
      'gatewayz_metrics_http_requests_total{endpoint="other",code="404"}': '1',
      'gatewayz_metrics_http_request_duration_seconds_bucket{endpoint="summary",le="0.0005"}': '1',
      'gatewayz_metrics_http_request_duration_seconds_bucket{endpoint="summary",le="0.05"}': '2',
      'gatewayz_metrics_http_request_duration_seconds_bucket{endpoint="summary",le="10"}': '2',
      'gatewayz_metrics_http_request_duration_seconds_bucket{endpoint="summary",le="+Inf"}': '3',
      'gatewayz_metrics_http_request_duration_seconds_count{endpoint="summary"}': '3',
      'gatewayz_metrics_http_request_duration_seconds_count{endpoint="other"}': '1',
    });
    expect(Number(found['gatewayz_metrics_http_request_duration_seconds_sum{endpoint="summary"}'])).toBeCloseTo(
      20.0304,
    );
  });

  test('have the endpoints’ budgets among their bounds', async () => {
    const requests = new RequestMetrics();
    requests.observe('docs', 200, 0.001);
    const names = Object.keys(await samples(undefined, requests));
    for (const bound of ['0.001', '0.05', '0.1', '0.2']) {
      expect(names).toContain(`gatewayz_metrics_http_request_duration_seconds_bucket{endpoint="docs",le="${bound}"}`);
    }
  });

  test('are valid in both formats', async () => {
    const requests = new RequestMetrics();
    requests.observe('summary', 200, 0.0004);
    requests.observe('all', 503, 8);
    const families = ownFamilies(state, worker, requests);
    expect(parseExposition(renderExposition(families), 'text')).toHaveLength(families.length);
    expect(parseExposition(renderOpenMetrics(families), 'openmetrics')).toHaveLength(families.length);
  });

  test('of two installations in one process are apart', async () => {
    const [one, other] = [new RequestMetrics(), new RequestMetrics()];
    one.observe('summary', 200, 0.01);
    expect(await samples(undefined, other)).toEqual({});
  });
});
