import { afterEach, expect, it } from 'vitest';
import { ServiceClient } from '../../../../src/tools/check/service/service-client.js';
import { watch } from '../../../../src/tools/check/watch/watch.js';
import { gatewayExposition } from '../../../catalogue/gateway-exposition.js';
import { startTestPrometheus } from '../../../support/prometheus.js';
import { startScrapeTarget } from '../../../support/scrape-target.js';
import { until } from '../../../support/until.js';
import {
  checkedCatalogue,
  hasValue,
  startProxy,
  startService,
  summaryOf,
  type UpstreamProxy,
  usualOptions,
} from '../installation.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A gateway, its Prometheus and the service, with a proxy in front of the latter two that can break off. */
async function startAll(): Promise<{
  readonly prometheus: UpstreamProxy;
  readonly service: UpstreamProxy;
  readonly direct: string;
}> {
  const gateway = await startScrapeTarget((scrapes) => gatewayExposition(1000, scrapes));
  cleanUps.push(() => gateway.close());
  const real = await startTestPrometheus({ scrape: [gateway.address] });
  cleanUps.push(() => real.close());
  const prometheus = await startProxy(real.url);
  cleanUps.push(() => prometheus.close());
  const started = await startService(prometheus.url);
  cleanUps.push(() => started.stop());
  const service = await startProxy(started.url);
  cleanUps.push(() => service.close());
  await hasValue(started.url, 'http', 'total_requests');
  return { prometheus, service, direct: started.url };
}

it('a watch goes on through outages of Prometheus and of the service, and tells both, until the time is over', async () => {
  const { prometheus, service, direct } = await startAll();
  const client = new ServiceClient({ url: service.url, prefix: '/prometheus', token: undefined });
  cleanUps.push(() => client.close());
  const lines: string[] = [];
  // A look every two seconds, and longer than this test.
  const over = new AbortController();
  const watched = watch(
    client,
    checkedCatalogue,
    200_000,
    usualOptions.refresh,
    (line) => lines.push(line),
    over.signal,
  );

  const statusIs = (status: string) =>
    until(async () => (await summaryOf(direct)).status === status, { what: `the status is ${status}`, within: 50_000 });
  const looks = async (count: number) => {
    const before = lines.length;
    await until(() => lines.length >= before + count, { what: `${count} more looks`, within: 50_000 });
  };
  await looks(1);
  prometheus.mode = 'break';
  await statusIs('stale');
  await looks(1);
  prometheus.mode = 'pass';
  await statusIs('ok');
  await looks(1);
  service.mode = 'break';
  await looks(1);
  service.mode = 'pass';
  await looks(1);
  over.abort();

  const record = await watched;
  const report = record.report();
  const gaps = report.gaps.map(({ what, reason }) => `${what}: ${reason}`);
  expect(gaps).toEqual([
    expect.stringMatching(/^data: the values are (stale|\d)/),
    expect.stringMatching(/^service: summary: .*the connection was closed/),
    expect.stringMatching(/^data: summary: .*the connection was closed/),
  ]);
  for (const { seconds } of report.gaps) expect(seconds).toBeGreaterThan(0);
  expect(report.availability).toBeLessThan(1);
  expect(report.worst['summary']?.client).toBeGreaterThan(0);
  const duration = record.criteria().find(({ id }) => id === 'watch.duration');
  expect(duration).toMatchObject({ ok: false, budget: 200 });
  expect(lines[0]).toMatch(/^watched 0s of 3m20s: 100 % available, no gap$/);
}, 120_000);
