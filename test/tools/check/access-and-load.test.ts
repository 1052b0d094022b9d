import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { nodeHandler } from '../../../src/adapters/node.js';
import type { createMetrics } from '../../../src/metrics.js';
import { gatewayExposition } from '../../catalogue/gateway-exposition.js';
import { built } from '../../support/built.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { runCli } from '../../support/run-cli.js';
import { startScrapeTarget } from '../../support/scrape-target.js';
import { seed } from '../../support/seed-series.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { until } from '../../support/until.js';
import { check, criterion, failed, hasValue, missing, startService } from './installation.js';

let prometheus: TestPrometheus;
const ends: (() => unknown)[] = [];
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Nobody listens there; an hour ago somebody did, and called it so. */
const deadTarget = '127.0.0.1:9';

beforeAll(async () => {
  const gateway = await startScrapeTarget((scrapes) => gatewayExposition(1000, scrapes));
  ends.push(() => gateway.close());
  const old = { start: Date.now() - 3_600_000, step: 15_000, values: '1+1x20' };
  prometheus = await startTestPrometheus({
    series: seed([{ name: 'fastapi_exceptions_total', labels: { job: 'old', instance: deadTarget }, ...old }]),
    scrape: `
- job_name: gateway
  static_configs: [{ targets: ['${gateway.address}'] }]
- job_name: old
  static_configs: [{ targets: ['${deadTarget}'] }]
`,
  });
  ends.push(() => prometheus.close());
  await until(() => gateway.scrapes >= 3, { what: 'the gateway was scraped three times', within: 60_000 });
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

describe('a metric whose last sample is an hour old', () => {
  it('is told from one that never was, with the target that is down', async () => {
    const service = await startService(prometheus.url);
    cleanUps.push(() => service.stop());
    await hasValue(service.url, 'http', 'total_requests');
    const report = await check(service.url, { prometheusUrl: prometheus.url });
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, 'fastapi_exceptions_total')).toEqual({
      field: 'fastapi_exceptions_total',
      cause: `fastapi_exceptions_total has no samples in the last 5 minutes: its target ${deadTarget} (job "old") is down`,
      fix: `start ${deadTarget}, or correct targets: under job_name: old in prometheus.yml`,
    });
  });
});

describe('a service with tokens', () => {
  it('is told to wanted one by a check without, refused by a check with a wrong one, and passes with the right one', async () => {
    const made = await runCli(['token', 'checker', '--scopes', 'metrics,datasource', '--json']);
    const { token, line } = JSON.parse(made.stdout) as { token: string; line: string };
    const folder = await tempFolder();
    cleanUps.push(() => removeFolder(folder));
    const file = join(folder, 'tokens');
    await writeFile(file, `${line}\n`);
    const service = await startService(prometheus.url, { METRICS_TOKENS_FILE: file });
    cleanUps.push(() => service.stop());

    const without = await check(service.url, { prometheusUrl: prometheus.url });
    expect(without.criteria).toMatchObject([{ id: 'service', ok: false, value: 401 }]);
    expect(criterion(without, 'service').detail).toMatch(
      /^it requires a token \(HTTP 401\): .*[^.]; --token-file F, with a token in F$/,
    );
    const wrong = await check(service.url, { token: 'gwm_canary-88' });
    expect(criterion(wrong, 'service').detail).toContain('it rejects the token of --token-file (HTTP 401)');
    expect(JSON.stringify(wrong)).not.toContain('canary-88');

    await until(async () => (await fetch(`${service.url}/readyz`)).status === 200, { what: 'the service is ready' });
    const right = await check(service.url, { prometheusUrl: prometheus.url, token });
    expect(criterion(right, 'endpoint.summary')).toMatchObject({ ok: true, value: 200 });
    expect(JSON.stringify(right)).not.toContain(token);
  });
});

describe('a service in a host that is blocked', () => {
  it('fails for its handling times, with the client times beside', async () => {
    // Of the built package: with its worker, the scrape target's answer takes a turn of the host's event loop.
    const library = (await import(built('metrics.js').href)) as { createMetrics: typeof createMetrics };
    const adapter = (await import(built('adapters/node.js').href)) as { nodeHandler: typeof nodeHandler };
    const logger = { info() {}, warn() {}, error() {} };
    const metrics = await library.createMetrics({ env: {}, prometheusUrl: prometheus.url, logger });
    cleanUps.push(() => metrics.close());
    const server = createServer(adapter.nodeHandler(metrics));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await hasValue(url, 'http', 'total_requests');
    const block = setInterval(() => {
      const until = performance.now() + 120;
      while (performance.now() < until);
    }, 1);
    cleanUps.push(() => clearInterval(block));
    const report = await check(url, { options: { load: { requests: 2, quantile: 0.95 } } });
    const slow = criterion(report, 'time.scrape');
    expect(slow).toMatchObject({ ok: false, budget: 50 });
    // Null: longer than any bound.
    expect(slow.value ?? 120).toBeGreaterThanOrEqual(100);
    expect(slow.detail).toMatch(/^p95 of \d+ .*; client p95 \d+(\.\d+)? ms; something blocks the event loop/);
  });
});
