import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { gatewayExposition } from '../../catalogue/gateway-exposition.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { type ScrapeTarget, startScrapeTarget } from '../../support/scrape-target.js';
import { until } from '../../support/until.js';
import { check, criterion, failed, hasValue, missing, startProxy, startService, summaryOf } from './installation.js';

/** What the gateway of each world writes. */
const worlds: Readonly<Record<string, (text: string) => string>> = {
  right: (text) => text,
  renamed: (text) => text.replaceAll('trial_active', 'trials_active'),
  relabelled: (text) => text.replaceAll('status_code=', 'code=').replaceAll('provider="p",', ''),
  down: (text) => text,
  nan: (text) => text.replace('trial_active 12', 'trial_active NaN'),
  'partly-nan': (text) =>
    text.replace('cache_size_bytes 1000', 'cache_size_bytes{pool="a"} 1\ncache_size_bytes{pool="b"} NaN'),
  infinite: (text) => text.replace('cache_size_bytes 1000', 'cache_size_bytes +Inf'),
  implausible: (text) => text.replace('trial_active 12', 'trial_active{status="canceled"} 12'),
  unset: (text) => `${text}provider_availability{provider="p"} 0\n`,
  doubled: (text) => text,
  labelled: (text) => text,
  'without-trials': (text) => text.replaceAll(/^.*trial_active.*\n/gm, ''),
  aliased: (text) => `${text}process_start_time_seconds 1795400000.25\n`,
};

const targets: Record<string, ScrapeTarget> = {};
let prometheus: TestPrometheus;
let isDown = false;
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

beforeAll(async () => {
  for (const [world, write] of Object.entries(worlds)) {
    targets[world] = await startScrapeTarget((scrapes) => {
      if (world === 'down' && isDown) throw new Error('out of order');
      return write(gatewayExposition(1000, scrapes));
    });
  }
  const inWorld = (world: string, address = targets[world]!.address) => ({ targets: [address], labels: { world } });
  prometheus = await startTestPrometheus({
    scrape: stringify([
      {
        job_name: 'gateway',
        static_configs: [
          ...Object.keys(worlds).map((world) => inWorld(world)),
          { ...inWorld('labelled'), labels: { world: 'labelled', replica: 'b' } },
        ],
      },
      { job_name: 'gateway-again', static_configs: [inWorld('doubled')] },
      {
        job_name: 'gateway-alias',
        static_configs: [inWorld('aliased', targets['aliased']!.address.replace('127.0.0.1', 'localhost'))],
      },
    ]),
  });
  for (const target of Object.values(targets)) {
    await until(() => target.scrapes >= 3, { what: 'every target was scraped three times', within: 60_000 });
  }
});

afterAll(async () => {
  await prometheus?.close();
  await Promise.all(Object.values(targets).map((target) => target.close()));
});

/** A service for one world that has its values. */
async function serviceIn(selector: string, section = 'http', field = 'total_requests'): Promise<string> {
  const service = await startService(prometheus.url, { METRICS_SELECTOR: selector });
  cleanUps.push(() => service.stop());
  await hasValue(service.url, section, field);
  return service.url;
}

const inPrometheus = () => ({ prometheusUrl: prometheus.url });

describe('a right installation', () => {
  it('passes, with every value that Prometheus can give compared', async () => {
    const report = await check(await serviceIn('world="right"'), inPrometheus());
    expect(failed(report)).toEqual([]);
    expect(report.ok).toBe(report.criteria.every(({ ok }) => ok));
    expect(criterion(report, 'integration')).toMatchObject({ ok: true, value: 23, budget: 23 });
    expect(criterion(report, 'endpoint.all')).toMatchObject({ value: 200 });
    expect(criterion(report, 'time.summary')).toMatchObject({
      budget: 50,
      detail: expect.stringMatching(/client p95/),
    });
    expect(criterion(report, 'errors')).toMatchObject({ value: 0, budget: 0 });
  });

  it('warns of a metric that the gateway never writes, and fails for it only when it is strict', async () => {
    const url = await serviceIn('world="right"');
    const report = await check(url, inPrometheus());
    expect(criterion(report, 'values.not_exported')).toEqual({
      id: 'values.not_exported',
      ok: true,
      value: 1,
      budget: null,
      detail: 'not exported by the gateway: fastapi_exceptions_total',
    });
    expect(missing(report, 'fastapi_exceptions_total')).toEqual({
      field: 'fastapi_exceptions_total',
      cause: 'no series named fastapi_exceptions_total in Prometheus',
      fix: 'export fastapi_exceptions_total from the gateway, or ignore this if it does not apply',
    });
    const strict = await check(url, { ...inPrometheus(), options: { strict: true } });
    expect(strict.ok).toBe(false);
    expect(failed(strict)).toEqual(['values.not_exported']);
  });

  it('passes without a Prometheus at hand, and says that nothing was compared', async () => {
    const report = await check(await serviceIn('world="right"'));
    expect(failed(report)).toEqual([]);
    expect(criterion(report, 'integration')).toMatchObject({
      level: 'warn',
      detail: expect.stringContaining('not compared: '),
    });
  });
});

describe('a wrong installation', () => {
  it('with a metric under another name is told the nearest names and the relabelling', async () => {
    const report = await check(await serviceIn('world="renamed"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, 'business.active_trials')).toEqual({
      field: 'business.active_trials',
      cause: 'no series named trial_active in Prometheus; nearest existing names: trials_active',
      fix: 'in the scrape job: metric_relabel_configs: [{source_labels: [__name__], regex: trials_active, target_label: __name__, replacement: trial_active}]; or rename it in the gateway',
    });
  });

  it('with other labels than expected is told which label is there instead', async () => {
    const report = await check(await serviceIn('world="relabelled"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, 'http.error_rate')).toEqual({
      field: 'http.error_rate',
      cause: 'fastapi_requests_total has other labels than expected: not "status_code"; it has "code", "path", "world"',
      fix: 'in the scrape job: metric_relabel_configs: [{source_labels: [code], target_label: status_code}]; or rename the label in the gateway',
    });
    expect(missing(report, 'providers.avg_error_rate').cause).toContain('not "provider"');
  });

  it('with a target that is down is told the target and its job', async () => {
    const url = await serviceIn('world="down"');
    isDown = true;
    cleanUps.push(() => {
      isDown = false;
    });
    await until(async () => ((await summaryOf(url)).stale['http.total_requests'] ?? 0) > 0, {
      what: 'the totals are cached ones',
      within: 50_000,
    });
    const stopped = await check(url, inPrometheus());
    expect(failed(stopped)).toContain('fresh');
    expect(criterion(stopped, 'fresh').detail).toContain('last good values of an earlier refresh: http.total_requests');

    const another = await startService(prometheus.url, { METRICS_SELECTOR: 'world="down"' });
    cleanUps.push(() => another.stop());
    const report = await check(another.url, inPrometheus());
    const { address } = targets['down']!;
    expect(missing(report, 'http.total_requests')).toEqual({
      field: 'http.total_requests',
      cause: `fastapi_requests_total has no samples in the last 5 minutes: its target ${address} (job "gateway") is down`,
      fix: `start ${address}, or correct targets: under job_name: gateway in prometheus.yml`,
    });
  });

  it('with a value that is NaN is told so', async () => {
    const report = await check(await serviceIn('world="nan"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, 'business.active_trials').cause).toBe(
      'trial_active is NaN in all 1 series of job "gateway"',
    );
  });

  it('with one value among others that is NaN, or infinite, is told how many and where', async () => {
    const report = await check(await serviceIn('world="partly-nan"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, 'cache_size_bytes')).toEqual({
      field: 'cache_size_bytes',
      cause: 'cache_size_bytes is NaN in 1 of 2 series of job "gateway"',
      fix: expect.stringMatching(/^do not export cache_size_bytes while it has no value; query cache_size_bytes\{/),
    });
    const infinite = await check(await serviceIn('world="infinite"'), inPrometheus());
    expect(missing(infinite, 'cache_size_bytes').cause).toBe(
      'cache_size_bytes is infinite in all 1 series of job "gateway"',
    );
  });

  it('with values that cannot be what they should mean is shown one', async () => {
    const report = await check(await serviceIn('world="implausible"'), inPrometheus());
    const { cause, fix } = missing(report, 'business.active_trials');
    expect(cause).toMatch(
      /^no usable samples of trial_active .*: for example trial_active\{.*status="canceled".*\} 12$/,
    );
    expect(fix).toContain('export the values that /docs describes for trial_active');
  });

  it('with an availability that nobody sets is told that it is no outage', async () => {
    const report = await check(await serviceIn('world="unset"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    expect(missing(report, 'providers.unavailable_providers')).toEqual({
      field: 'providers.unavailable_providers',
      cause: expect.stringContaining('provider_availability was never above 0 in the last hour for "p"'),
      fix: expect.stringContaining('or do not export it'),
    });
  });

  it('with a gateway that one job scrapes twice, with different labels, is told which', async () => {
    const report = await check(await serviceIn('world="labelled"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    const { address } = targets['labelled']!;
    expect(missing(report, 'http.total_requests')).toMatchObject({
      cause: `it is counted twice: ${address} is scraped by the job "gateway" with different labels: {replica="b"} and {replica=""}`,
      fix: `remove ${address} with the labels {replica=""} under job_name: gateway in prometheus.yml; or METRICS_SELECTOR='world="labelled",replica="b"'`,
    });
  });

  it('with a gateway that two jobs scrape is told both', async () => {
    const report = await check(await serviceIn('world="doubled"'), inPrometheus());
    expect(failed(report)).toEqual(['values']);
    const { address } = targets['doubled']!;
    expect(missing(report, 'http.total_requests')).toEqual({
      field: 'http.total_requests',
      cause: `it is counted twice: ${address} is scraped by the jobs "gateway", "gateway-again"`,
      fix: `remove ${address} under job_name: gateway-again in prometheus.yml; or METRICS_SELECTOR='world="doubled",job="gateway"'`,
    });
    // A ratio is right all the same.
    expect(report.missing.map(({ field }) => field)).not.toContain('http.error_rate');
  });

  it('with a gateway that is scraped under two addresses is told both', async () => {
    const report = await check(await serviceIn('world="aliased"'), inPrometheus());
    const { cause } = missing(report, 'http.total_requests');
    expect(cause).toMatch(/127\.0\.0\.1:\d+ and localhost:\d+ are one process, scraped by the jobs/);
  });

  it('with a wrong base selector is told which jobs have the metric, and the right selector', async () => {
    const service = await startService(prometheus.url, { METRICS_SELECTOR: 'world="write"' });
    cleanUps.push(() => service.stop());
    const report = await check(service.url, inPrometheus());
    expect(failed(report)).toEqual(expect.arrayContaining(['integration', 'values']));
    const { cause, fix } = missing(report, 'http.total_requests');
    expect(cause).toBe(
      'fastapi_requests_total exists, but not under the base selector {world="write"}; the jobs "gateway", "gateway-again", "gateway-alias" have it',
    );
    expect(fix).toContain('METRICS_SELECTOR=\'world=~"aliased|doubled|');
  });

  it('whose service cannot reach Prometheus is told the right address', async () => {
    const service = await startService('http://127.0.0.1:9');
    cleanUps.push(() => service.stop());
    const report = await check(service.url, inPrometheus());
    expect(criterion(report, 'endpoint.summary')).toMatchObject({ ok: false, value: 503 });
    // One cause is reported once: what depends on the summary is not checked.
    expect(failed(report).filter((id) => !id.startsWith('endpoint.'))).toEqual([]);
    expect(criterion(report, 'values')).toMatchObject({ level: 'skip', detail: 'not checked: there is no summary' });
    expect(missing(report, 'http.total_requests')).toMatchObject({
      cause: expect.stringContaining('Prometheus at http://127.0.0.1:9'),
      fix: `PROMETHEUS_URL=${prometheus.url}, in the environment of the service`,
    });
  });

  it('whose Prometheus wants a token that the service lacks is told the setting', async () => {
    const proxy = await startProxy(prometheus.url);
    cleanUps.push(() => proxy.close());
    proxy.mode = { token: 'canary-51' };
    const service = await startService(proxy.url);
    cleanUps.push(() => service.stop());
    const report = await check(service.url, inPrometheus());
    expect(missing(report, 'http.total_requests')).toMatchObject({
      cause: expect.stringContaining('wants credentials (HTTP 401) and has got none'),
      fix: expect.stringContaining('PROMETHEUS_TOKEN_FILE'),
    });
    expect(JSON.stringify(report)).not.toContain('canary-51');
  });

  it('whose Prometheus is too slow is told the setting', async () => {
    const proxy = await startProxy(prometheus.url);
    cleanUps.push(() => proxy.close());
    proxy.mode = 'hang';
    const service = await startService(proxy.url, { PROMETHEUS_TIMEOUT: '1s' });
    cleanUps.push(() => service.stop());
    const report = await check(service.url, inPrometheus());
    expect(missing(report, 'http.total_requests')).toEqual({
      field: 'http.total_requests',
      cause: expect.stringContaining('did not answer within 1s (PROMETHEUS_TIMEOUT)'),
      fix: 'PROMETHEUS_TIMEOUT, in the environment of the service',
    });
  });

  it('with values that are no longer refreshed is told that they are stale', async () => {
    const proxy = await startProxy(prometheus.url);
    cleanUps.push(() => proxy.close());
    const service = await startService(proxy.url, { METRICS_SELECTOR: 'world="right"' });
    cleanUps.push(() => service.stop());
    await hasValue(service.url, 'http', 'total_requests');
    proxy.mode = 'break';
    await until(async () => (await summaryOf(service.url)).status === 'stale', {
      what: 'the summary is stale',
      within: 50_000,
    });
    const report = await check(service.url, inPrometheus());
    expect(failed(report)).toEqual(expect.arrayContaining(['fresh', 'integration', 'errors']));
    expect(criterion(report, 'fresh').detail).toContain('the last refresh failed');
    expect(criterion(report, 'errors').detail).toMatch(/\d+ failed refreshes/);
  });

  it('that loses Prometheus is told so once: a metric that was never exported stays a warning', async () => {
    const proxy = await startProxy(prometheus.url);
    cleanUps.push(() => proxy.close());
    const service = await startService(proxy.url, { METRICS_SELECTOR: 'world="without-trials"' });
    cleanUps.push(() => service.stop());
    await hasValue(service.url, 'http', 'total_requests');
    proxy.mode = 'break';
    await until(async () => (await summaryOf(service.url)).status === 'stale', {
      what: 'the summary is stale',
      within: 50_000,
    });
    const report = await check(service.url);
    expect(failed(report)).toEqual(expect.arrayContaining(['fresh']));
    expect(criterion(report, 'values')).toMatchObject({ ok: true, value: 0 });
    expect(missing(report, 'business.active_trials')).toEqual({
      field: 'business.active_trials',
      cause: 'no series named trial_active in Prometheus under {world="without-trials"}',
      fix: 'export trial_active from the gateway, or ignore this if it does not apply',
    });
  });

  it('at another address than --url is told that nothing listens there, or that it is not there', async () => {
    const nobody = await check('http://127.0.0.1:9', inPrometheus());
    expect(nobody).toMatchObject({
      ok: false,
      criteria: [
        {
          id: 'service',
          value: null,
          detail: expect.stringMatching(/nothing listens there \(ECONNREFUSED\); start the service/),
        },
      ],
      missing: [],
    });
    const url = await serviceIn('world="right"');
    const doubled = await check(`${url}/prometheus`, inPrometheus());
    expect(criterion(doubled, 'service').detail).toContain(`; --url ${url}`);
    const another = await check(prometheus.url, inPrometheus());
    expect(another.criteria).toMatchObject([{ id: 'service', ok: false, value: 404 }]);
    expect(criterion(another, 'service').detail).toContain('METRICS_PREFIX');
  });
});
