import { afterEach, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { startTestPrometheus } from '../../../support/prometheus.js';
import { startScrapeTarget } from '../../../support/scrape-target.js';
import { until } from '../../../support/until.js';
import { check, criterion, failed, missing, startService } from '../installation.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A check of a service on a Prometheus with these targets, by job. */
async function checkOn(jobs: Readonly<Record<string, string>>) {
  const scrape = Object.entries(jobs).map(([job, target]) => ({
    job_name: job,
    static_configs: [{ targets: [target] }],
  }));
  const prometheus = await startTestPrometheus({ scrape: stringify(scrape) });
  cleanUps.push(() => prometheus.close());
  // Values are asked for as of an instant five seconds ago or more.
  await until(async () => (await prometheus.vector('up offset 10s')).length === scrape.length, {
    what: 'every target was scraped ten seconds ago',
    within: 60_000,
  });
  const service = await startService(prometheus.url);
  cleanUps.push(() => service.stop());
  return check(service.url, { prometheusUrl: prometheus.url });
}

it('a Prometheus that scrapes something else is told to scrape the gateway', async () => {
  const other = await startScrapeTarget(() => 'node_load1 1\n');
  cleanUps.push(() => other.close());
  const report = await checkOn({ node: other.address });
  expect(failed(report)).toEqual(['integration', 'values']);
  expect(criterion(report, 'integration').detail).toBe('no value of the summary comes from Prometheus');
  const { cause, fix } = missing(report, 'http.total_requests');
  expect(cause).toBe('Prometheus has never seen a metric of the gateway: it scrapes only the job "node"');
  expect(fix).toContain('under scrape_configs: {job_name: gateway');
  expect(missing(report, 'business.active_trials')).toMatchObject({ cause, fix });
});

it('a gateway whose target was never up is told the target', async () => {
  const report = await checkOn({ gateway: '127.0.0.1:9' });
  expect(missing(report, 'http.total_requests')).toMatchObject({
    cause: 'Prometheus has never seen a metric of the gateway: its target 127.0.0.1:9 (job "gateway") is down',
    fix: 'start 127.0.0.1:9, or correct targets: under job_name: gateway in prometheus.yml',
  });
});
