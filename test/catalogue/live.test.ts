import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Catalogue, Scope } from '../../src/catalogue/compile.js';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Collection, Family, Vector } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import { createPrometheusClient, type PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import { parseMatchers } from '../../src/promql/matchers.js';
import { renderExposition } from '../../src/render/exposition.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { type ScrapeTarget, startScrapeTarget } from '../support/scrape-target.js';
import { until } from '../support/until.js';
import { canonicalDifferences, valuesOf } from './canonical.js';
import { differences } from './differences.js';
import { gatewayExposition } from './gateway-exposition.js';

const marker = { label: 'reexported_by', value: 'gatewayz-metrics' };
const { signal } = new AbortController();
const targets: Record<string, ScrapeTarget> = {};
let prometheus: TestPrometheus;
let client: PrometheusClient;
let broken = false;
/** Milliseconds after which a scrape has been committed: its timeout, and some more. */
const committedAfter = 1500;

type Mark = Scope['marker'];

function catalogueOf(selector: string, mark: Mark): Catalogue {
  return createCatalogue(presetCatalogue([gatewayz], false), { selector: parseMatchers(selector), marker: mark });
}

function collect(catalogue: Catalogue, instant: number): Promise<Collection> {
  return createPrometheusCollector(client, catalogue, 20_000).collect(instant, [...catalogue.rows.keys()], signal);
}

/** What `/all` hands out at this moment, with or without the marker on its samples. */
async function reexport(selector: string, mark: Mark): Promise<string> {
  const catalogue = catalogueOf(selector, mark);
  const { outcomes } = await collect(catalogue, Date.now());
  const families = catalogue.families['all']!.flatMap(({ row, ...header }) => {
    const outcome = outcomes.get(row);
    return outcome?.state === 'present' ? [{ ...header, metrics: outcome.metrics } as Family] : [];
  });
  return renderExposition(families, mark);
}

/** As our service does: a scrape gets what was made after the scrape before. */
function startReexport(selector: string, mark: Mark): Promise<ScrapeTarget> {
  let text = '';
  let making = false;
  return startScrapeTarget(() => {
    if (!making) {
      making = true;
      const make = async (): Promise<void> => {
        text = await reexport(selector, mark);
        making = false;
      };
      // Until Prometheus answers there is nothing to hand out.
      make().catch(() => {
        making = false;
      });
    }
    if (text === '') throw new Error('nothing to export yet');
    return text;
  });
}

beforeAll(async () => {
  const start = async (name: string, exposition: Parameters<typeof startScrapeTarget>[0]): Promise<void> => {
    targets[name] = await startScrapeTarget(exposition);
  };
  const failing = (scrapes: number): string => {
    if (broken) throw new Error('out of order');
    return gatewayExposition(1000, scrapes);
  };
  await Promise.all([
    start('failing', failing),
    start('relabelled', failing),
    start('steady', (scrapes) => gatewayExposition(1000, scrapes)),
    start('restarting', (scrapes) => gatewayExposition(scrapes < 3 ? 1_000_000 : 0, scrapes)),
    ...['guarded', 'selected', 'unguarded'].map((world) => start(world, (scrapes) => gatewayExposition(1000, scrapes))),
  ]);
  targets['guarded again'] = await startReexport('world="guarded"', marker);
  targets['selected again'] = await startReexport('world="selected",job="gateway"', undefined);
  targets['unguarded again'] = await startReexport('world="unguarded"', undefined);
  const static_ = (world: string, ...names: string[]) => ({
    targets: names.map((name) => targets[name]!.address),
    labels: { world },
  });
  prometheus = await startTestPrometheus({
    scrape: stringify([
      {
        job_name: 'gateway',
        static_configs: [
          static_('failing', 'failing'),
          static_('restart', 'steady', 'restarting'),
          ...['guarded', 'selected', 'unguarded'].map((world) => static_(world, world)),
        ],
      },
      {
        job_name: 'relabelled',
        static_configs: [{ targets: [targets['relabelled']!.address] }],
        metric_relabel_configs: [{ target_label: 'env', replacement: 'production' }],
      },
      {
        job_name: 'gatewayz-metrics',
        static_configs: ['guarded', 'selected', 'unguarded'].map((world) => static_(world, `${world} again`)),
      },
    ]),
  });
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
  await Promise.all(Object.values(targets).map((target) => target.close()));
});

async function scraped(name: string, times: number): Promise<void> {
  await until(() => targets[name]!.scrapes >= times, { what: `${name} was scraped ${times} times`, within: 30_000 });
}

function queryAt(instant: number): (promql: string) => Promise<Vector> {
  return async (promql) => (await client.query(promql, instant, signal)).vector;
}

/** An instant as of which an expression gives this value, from now on; all scrapes up to it have been committed. */
async function when(promql: string, value: string): Promise<number> {
  const instant = await until(
    async () => {
      const now = Date.now();
      const [sample] = await prometheus.vector(promql, now);
      return sample?.value === value ? now : undefined;
    },
    { what: `${promql} is ${value}`, within: 30_000 },
  );
  await until(() => Date.now() > instant + committedAfter, { what: 'scrapes are committed' });
  return instant;
}

test.concurrent('a failed scrape empties totals at once, leaves rates, and is the first reason given', async () => {
  await scraped('failing', 3);
  broken = true;
  const instant = await when('max(up{world="failing"} or up{job="relabelled"})', '0');
  const catalogue = catalogueOf('world="failing"', marker);
  const collection = await collect(catalogue, instant);
  const down = `scrape target ${targets['failing']!.address} (job "gateway") is down`;
  expect(collection.outcomes.get('http.total_requests')).toMatchObject({
    state: 'missing',
    reason: `${down}; no usable samples of fastapi_requests_total at the evaluation timestamp under {world="failing"}`,
  });
  expect(collection.outcomes.get('fastapi_exceptions_total')).toMatchObject({
    state: 'missing',
    reason: `${down}; no series named fastapi_exceptions_total in Prometheus under {world="failing"}`,
  });
  expect(collection.outcomes.get('http.error_rate')?.state).toBe('present');
  expect(collection.outcomes.get('provider_error_rate')?.state).toBe('present');
  expect(await canonicalDifferences(catalogue, collection, queryAt(instant))).toEqual([]);

  // The label of this selector is not on `up`: metric_relabel_configs does not reach it.
  const relabelled = await collect(catalogueOf('env="production"', marker), instant);
  expect(relabelled.outcomes.get('http.total_requests')).toMatchObject({
    state: 'missing',
    reason: `scrape target ${targets['relabelled']!.address} (job "relabelled") is down; no usable samples of fastapi_requests_total at the evaluation timestamp under {env="production"}`,
  });

  broken = false;
  const again = await when('min(up{world="failing"} or up{job="relabelled"})', '1');
  const recovered = await collect(catalogue, again);
  expect(recovered.outcomes.get('http.total_requests')?.state).toBe('present');
  expect(recovered.outcomes.get('fastapi_exceptions_total')).toMatchObject({
    state: 'missing',
    reason: 'no series named fastapi_exceptions_total in Prometheus under {world="failing"}',
  });
});

test.concurrent('when one of two instances starts again, totals fall, rates do not', async () => {
  await scraped('restarting', 5);
  const instant = await when('count(fastapi_requests_total{world="restart"} < 1000000)', '4');
  const catalogue = catalogueOf('world="restart"', marker);
  const collection = await collect(catalogue, instant);
  const numberOf = (row: string): number => Number(valuesOf(collection, row).get(''));
  expect(numberOf('http.total_requests')).toBeLessThan(10_000);
  // Two instances, 31 requests a second each, and what the second one counted since it started again.
  expect(numberOf('http.request_rate_per_minute')).toBeGreaterThan(0);
  expect(numberOf('http.request_rate_per_minute')).toBeLessThan(60 * 62 * 2);
  expect(await canonicalDifferences(catalogue, collection, queryAt(instant))).toEqual([]);
});

describe.concurrent('reading back what we exported', () => {
  /** Where a world's values are not those of the gateway's own series in it. */
  async function grown(selector: string, mark: Mark, world: string, instant: number): Promise<string[]> {
    const whole = catalogueOf(selector, mark);
    const raw = catalogueOf(`world="${world}",job="gateway"`, marker);
    const [got, expected] = await Promise.all([collect(whole, instant), collect(raw, instant)]);
    return [...whole.rows.keys()].flatMap((row) =>
      differences(row, valuesOf(got, row), valuesOf(expected, row), false),
    );
  }

  /** Three instants, by the last of which our output has been read back eight times. */
  async function instants(world: string): Promise<number[]> {
    await scraped(`${world} again`, 8);
    const last = Date.now();
    await until(() => Date.now() > last + committedAfter, { what: 'scrapes are committed' });
    return [last, last - 1500, last - 3000];
  }

  async function samplesReadBack(world: string, instant: number): Promise<number> {
    const [sample] = await prometheus.vector(
      `count({world="${world}",job="gatewayz-metrics",__name__=~".+_.+"})`,
      instant,
    );
    return Number(sample?.value);
  }

  test.concurrent('changes nothing while it carries the marker', async () => {
    for (const instant of await instants('guarded')) {
      expect(await samplesReadBack('guarded', instant)).toBeGreaterThan(30);
      expect(await grown('world="guarded"', marker, 'guarded', instant)).toEqual([]);
    }
  });

  test.concurrent('changes nothing while the base selector keeps it out, without a marker', async () => {
    for (const instant of await instants('selected')) {
      expect(await samplesReadBack('selected', instant)).toBeGreaterThan(30);
      expect(await grown('world="selected",job="gateway"', undefined, 'selected', instant)).toEqual([]);
    }
  });

  test.concurrent('makes everything grow without marker and base selector, so that the tests above prove something', async () => {
    const totalAt = async (selector: string, instant: number): Promise<number> =>
      Number(valuesOf(await collect(catalogueOf(selector, undefined), instant), 'total_tokens_used').get(''));
    const ratioAt = async (instant: number): Promise<number> =>
      (await totalAt('world="unguarded"', instant)) / (await totalAt('world="unguarded",job="gateway"', instant));
    await until(async () => (await ratioAt(Date.now())) > 4, { what: 'tokens have quadrupled', within: 30_000 });
    expect(await grown('world="unguarded"', undefined, 'unguarded', Date.now())).not.toEqual([]);
  });
});
