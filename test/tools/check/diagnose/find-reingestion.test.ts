import { afterEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { gatewayExposition } from '../../../catalogue/gateway-exposition.js';
import { freePort } from '../../../support/free-port.js';
import { startTestPrometheus, type TestPrometheus } from '../../../support/prometheus.js';
import { startScrapeTarget } from '../../../support/scrape-target.js';
import { until } from '../../../support/until.js';
import { check, failed, missing, startService } from '../installation.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A service whose `/all` is scraped, by a job called `backend`, into the Prometheus that it reads. */
async function startLoop(job: object): Promise<{ readonly url: string; readonly prometheus: TestPrometheus }> {
  const gateway = await startScrapeTarget((scrapes) => gatewayExposition(1000, scrapes));
  cleanUps.push(() => gateway.close());
  const port = await freePort();
  const scrape = stringify([
    { job_name: 'gateway', static_configs: [{ targets: [gateway.address] }] },
    {
      job_name: 'backend',
      metrics_path: '/prometheus/metrics/all',
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      ...job,
    },
  ]);
  const prometheus = await startTestPrometheus({ scrape });
  cleanUps.push(() => prometheus.close());
  const service = await startService(prometheus.url, { PORT: String(port) });
  cleanUps.push(() => service.stop());
  const ours = 'count(gatewayz_request_duration_quantiles_seconds_count)';
  await until(async () => (await prometheus.vector(ours)).length > 0, {
    what: 'Prometheus has scraped what the service exports',
    within: 50_000,
  });
  return { url: service.url, prometheus };
}

describe('a service whose /all is scraped into its own source', () => {
  it('is told the job, and that its own numbers are right all the same', async () => {
    const { url, prometheus } = await startLoop({});
    const report = await check(url, { prometheusUrl: prometheus.url });
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, '/all')).toEqual({
      field: '/all',
      cause:
        'it is re-ingested: the job "backend" scrapes it into the Prometheus it comes from; the service excludes these series, but your own queries see every value twice',
      fix: 'remove job_name: backend from prometheus.yml, or set its metrics_path: to <prefix>/metrics',
    });
    expect(report.missing.map(({ field }) => field)).not.toContain('http.total_requests');
  });

  it('is told which totals count twice, where the marker is taken away on the way', async () => {
    const { url, prometheus } = await startLoop({
      metric_relabel_configs: [{ regex: 'reexported_by', action: 'labeldrop' }],
    });
    const report = await check(url, { prometheusUrl: prometheus.url });
    expect(failed(report)).toContain('values');
    const { cause, fix } = missing(report, 'http.total_requests');
    expect(cause).toContain('the job "backend" scrapes what this service exports, without the marker reexported_by=');
    expect(fix).toContain('keep the marker label');
    expect(missing(report, 'models.tokens_used_total').cause).toBe(cause);
  });
});
