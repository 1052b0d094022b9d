import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../../src/tools/check/report.js';
import { gatewayExposition } from '../catalogue/gateway-exposition.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { runCli, startCli } from '../support/run-cli.js';
import { startScrapeTarget } from '../support/scrape-target.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';
import {
  hasValue,
  type StartedService,
  startService,
  startTimedProxy,
  type UpstreamProxy,
} from '../tools/check/installation.js';

let prometheus: TestPrometheus;
let started: StartedService;
/** The service, with handling times that do not depend on what else this machine does. */
let service: UpstreamProxy;
let folder: string;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  const gateway = await startScrapeTarget((scrapes) => gatewayExposition(1000, scrapes));
  ends.push(() => gateway.close());
  prometheus = await startTestPrometheus({ scrape: [gateway.address] });
  ends.push(() => prometheus.close());
  started = await startService(prometheus.url);
  ends.push(() => started.stop());
  service = await startTimedProxy(started.url, 0.0005);
  ends.push(() => service.close());
  await hasValue(service.url, 'http', 'request_rate_per_minute');
  folder = await tempFolder();
  ends.push(() => removeFolder(folder));
});

afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function dashboards(expr: string): Promise<string> {
  const path = await tempFolder();
  cleanUps.push(() => removeFolder(path));
  const panel = { title: 'Requests', targets: [{ refId: 'A', expr, instant: true }] };
  await writeFile(join(path, 'one.json'), JSON.stringify({ schemaVersion: 41, title: 'One', panels: [panel] }));
  return path;
}

// Each asks thousands of requests.
describe('check', { timeout: 180_000 }, () => {
  it('of a right installation ends with 0, with 500 requests an endpoint, and writes a report to keep', async () => {
    const file = join(folder, 'report.md');
    const env = { PROMETHEUS_URL: prometheus.url };
    const args = ['check', '--url', service.url, '--dashboards', await dashboards('sum(fastapi_requests_total)')];
    const { code, stdout, stderr } = await runCli([...args, '--report', file], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^pass {2}endpoint\.summary +23 of 23 fields have a value$/m);
    expect(stdout).toMatch(/^pass {2}time\.all +p99 of \d{3,} at most 0\.5 ms; client p99 [\d.]+ ms$/m);
    expect(stdout).toContain('fix    export fastapi_exceptions_total from the gateway');
    expect(stdout).toMatch(/^OK: all points pass; worth a look: values\.not_exported$/m);
    const report = await readFile(file, 'utf8');
    expect(report).toMatch(/^# Check of http:/);
    expect(report).toMatch(/^\| pass \| `time\.summary` \| [\d.]+ \| 50 \|/m);
    expect(report).toContain('| data | Requests / A | `sum(fastapi_requests_total)` |');
  });

  it('prints JSON of the form that scripts know, and ends with 1 for a panel that does not parse', async () => {
    const args = ['check', '--url', service.url, '--prometheus-url', prometheus.url, '--json'];
    const { code, stdout } = await runCli([...args, '--dashboards', await dashboards('sum(')]);
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as CheckReport;
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining(['ok', 'criteria', 'missing', 'dashboards', 'missingNames']),
    );
    expect(report.ok).toBe(false);
    for (const criterion of report.criteria) {
      const { level: _, ...others } = criterion;
      expect(Object.keys(others).sort()).toEqual(['budget', 'detail', 'id', 'ok', 'value']);
    }
    expect(report.criteria.filter(({ ok }) => !ok).map(({ id }) => id)).toEqual(['dashboards']);
    expect(report.missing.map((one) => Object.keys(one))).toEqual([['field', 'cause', 'fix']]);
    expect(report.dashboards).toEqual([
      {
        file: 'one.json',
        title: 'One',
        targets: [
          {
            panel: 'Requests',
            refId: 'A',
            expr: 'sum(',
            result: 'error',
            reason: expect.stringContaining('^'),
            fails: true,
          },
        ],
      },
    ]);
  });

  it('of a slow service ends with 1, with the handling times that are over their budget, and what to look for', async () => {
    const slow = await startTimedProxy(started.url, 0.3);
    cleanUps.push(() => slow.close());
    const { code, stdout } = await runCli(['check', '--url', slow.url, '--json']);
    expect(code).toBe(1);
    const { ok, criteria } = JSON.parse(stdout) as CheckReport;
    expect(ok).toBe(false);
    const over = criteria.filter((criterion) => !criterion.ok);
    expect(over.map(({ id, value, budget }) => [id, value, budget])).toEqual([
      ['time.summary', 500, 50],
      ['time.system', 500, 100],
      ['time.providers', 500, 100],
      ['time.models', 500, 100],
      ['time.business', 500, 100],
      ['time.performance', 500, 100],
      ['time.all', 500, 200],
      ['time.docs', 500, 1],
      ['time.openapi', 500, 1],
      ['time.scrape', 500, 50],
    ]);
    expect(over[0]!.detail).toContain('event loop');
  });

  it("asks Prometheus through the service's own API where it is told no other", async () => {
    const { code, stdout } = await runCli(['check', '--url', service.url, '--json']);
    expect(code).toBe(0);
    const { criteria } = JSON.parse(stdout) as CheckReport;
    expect(criteria.find(({ id }) => id === 'integration')).toMatchObject({ value: 23, budget: 23 });
  });

  it('of a dashboard alone needs no service, and names what Prometheus does not have', async () => {
    const file = join(await dashboards('sum(fastapi_request_total)'), 'one.json');
    const args = ['check', '--dashboard', file, '--prometheus-url', prometheus.url];
    const { code, stdout } = await runCli([...args, '--json']);
    expect(code).toBe(1);
    const { criteria, missingNames } = JSON.parse(stdout) as CheckReport;
    expect(criteria.map(({ id, ok }) => [id, ok])).toEqual([['dashboards', false]]);
    expect(missingNames).toEqual({
      metrics: [{ name: 'fastapi_request_total', nearest: ['fastapi_requests_total'] }],
      labels: [],
    });
    expect((await runCli(args)).stdout).toContain(
      'Names that Prometheus does not have:\n  metric fastapi_request_total; nearest: fastapi_requests_total\n',
    );
  });

  it('of dashboards alone is refused without a Prometheus, and of nothing at all', async () => {
    const file = join(await dashboards('up'), 'one.json');
    const without = await runCli(['check', '--dashboard', file], { PROMETHEUS_URL: '' });
    expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('--prometheus-url: expected') });
    expect(await runCli(['check'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--url: expected') });
  });

  it('with --preset checks a service of another preset, and with auto the one that Prometheus has metrics of', async () => {
    const other = await startService(prometheus.url, { METRICS_PRESET: 'litellm' });
    cleanUps.push(() => other.stop());
    await until(async () => (await fetch(`${other.url}/readyz`)).ok, { what: 'the service is ready', within: 30_000 });
    const args = ['check', '--url', other.url, '--prometheus-url', prometheus.url, '--quick', '--json'];
    const summaryOf = async (preset: string) => {
      const { criteria } = JSON.parse((await runCli([...args, '--preset', preset])).stdout) as CheckReport;
      return criteria.find(({ id }) => id === 'endpoint.summary');
    };
    expect(await summaryOf('litellm')).toMatchObject({ ok: true });
    // The gateway of this test is GatewayZ's.
    expect(await summaryOf('auto')).toMatchObject({ ok: false });
    const right = await runCli(['check', '--url', service.url, '--quick', '--preset', 'auto']);
    expect(right.code).toBe(0);
  });

  it('with --quick measures no handling times', async () => {
    const { code, stdout } = await runCli(['check', '--url', service.url, '--quick', '--json']);
    expect(code).toBe(0);
    const { criteria } = JSON.parse(stdout) as CheckReport;
    expect(criteria.map(({ id }) => id).filter((id) => id.startsWith('time.'))).toEqual([]);
    expect(criteria.map(({ id }) => id)).toContain('endpoint.summary');
  });

  it('with --strict fails for what the gateway never writes', async () => {
    const { code, stdout } = await runCli([
      'check',
      '--url',
      service.url,
      '--prometheus-url',
      prometheus.url,
      '--strict',
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAILED: values\.not_exported$/m);
  });

  it('with --watch shows progress, ends when the time is over, and signs off', async () => {
    const { code, stdout, stderr } = await runCli(['check', '--url', service.url, '--watch', '3s', '--json']);
    expect(stderr).toMatch(/^before the watch: OK/m);
    expect(stderr).toMatch(/^watched \ds of 3s: 100 % available, no gap$/m);
    const { watch, criteria } = JSON.parse(stdout) as CheckReport;
    expect(watch).toMatchObject({ plannedSeconds: 3, availability: 1, gaps: [] });
    expect(watch!.probes).toBeGreaterThan(1);
    expect(Object.keys(watch!.worst)).toHaveLength(10);
    const ids = criteria.map(({ id }) => id).filter((id) => id.startsWith('watch.'));
    expect(ids).toEqual(['watch.duration', 'watch.availability', 'watch.freshness', 'watch.gap', 'watch.times']);
    expect(code).toBe(0);
  });

  it('interrupted while it watches tells what it has seen, and is no sign-off', async () => {
    const cli = startCli(['check', '--url', service.url, '--watch', '24h']);
    await until(() => cli.stderr.some((line) => line.startsWith('watched')), { what: 'it watches', within: 50_000 });
    cli.kill('SIGINT');
    expect(await cli.ended).toBe(1);
    expect(cli.stdout.join('\n')).toMatch(/^FAILED: .*watch\.duration/m);
    expect(cli.stdout.join('\n')).toMatch(/^watched .* probes\): 100 % available/m);
  });

  it('of an address where nothing listens ends with 1 and says what to change', async () => {
    const { code, stdout } = await runCli(['check', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(stdout).toContain('nothing listens there (ECONNREFUSED)');
    expect(stdout.trimEnd().split('\n').slice(2)).toEqual([
      expect.stringMatching(/^FAIL {2}service .*; start the service, or set --url/),
      '',
      'FAILED: service',
    ]);
  });

  it.each([
    [['--url', 'backend:8000'], 'expected a URL such as http://backend:8000'],
    [['--url', 'http://user:canary@backend'], 'without user name and password'],
    [['--url', 'http://x', '--watch', 'soon'], 'expected a duration'],
    [['--url', 'http://x', '--dashboards', '/nowhere'], '--dashboards: expected a folder, got /nowhere'],
    [['--url', 'http://x', '--token-file', '/nowhere'], '--token-file: expected a file with one token, got /nowhere'],
    [['--url', 'http://x', '--report', '/nowhere/r.md'], '--report: expected a writable file'],
  ])('with %j ends with 2 and says what was expected', async (args, words) => {
    const { code, stdout, stderr } = await runCli(['check', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(words);
  });
});
