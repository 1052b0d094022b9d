import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/compile.js';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Collection, Metric } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { pairLimit } from '../../src/presets/gatewayz/series-limit.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import { createPrometheusClient, type PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import { parseMatchers } from '../../src/promql/matchers.js';
import { instant, type Scenario, seedScenarios } from '../catalogue/scenarios/scenario.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { type RecordingClient, recordingClient } from './recording-client.js';

/** By row: label sets over the series limit. */
const countsOf = ({ seriesOverLimit }: Collection): Record<string, number> =>
  Object.fromEntries([...seriesOverLimit].map(([row, { count }]) => [row, count]));

const { signal } = new AbortController();
let prometheus: TestPrometheus;
let client: PrometheusClient;

/** An hour of one pair; both arguments are requests a minute. */
function pair(model: string, provider: string, success: number, error = 0): Record<string, string> {
  const labels = `model="${model}",provider="${provider}"`;
  return {
    [`model_inference_requests_total{${labels},status="success"}`]: `1000+${success}x60`,
    ...(error > 0 && { [`model_inference_requests_total{${labels},status="error"}`]: `0+${error}x60` }),
    [`model_inference_duration_seconds_bucket{${labels},le="1.0"}`]: `0+${success}x60`,
    [`model_inference_duration_seconds_bucket{${labels},le="+Inf"}`]: `0+${success}x60`,
    [`model_inference_duration_seconds_sum{${labels}}`]: `0+${success}x60`,
    [`model_inference_duration_seconds_count{${labels}}`]: `0+${success}x60`,
    [`tokens_used_total{${labels}}`]: `0+${success}x60`,
  };
}

const busy: Scenario = {
  name: 'busy',
  says: 'seven pairs, of which the busiest are not those with the highest counts',
  every: 60,
  series: {
    ...pair('a|b', 'p1', 50),
    ...pair('a|b', 'p2', 30, 1),
    ...pair('b', 'p1', 40),
    ...pair('b', 'p2', 20),
    ...pair('c', 'p1', 10),
    'model_inference_requests_total{model="old",provider="p1",status="success"}': '900000x60',
    'tokens_used_total{model="quiet",provider="p3"}': '7000000x60',
    'credits_used_total{model="b",provider="p2"}': '12.5x60',
    'credits_used_total{model="a|b",provider="p1"}': '1.5x60',
  },
  values: {},
};

const wide: Scenario = {
  name: 'wide',
  says: 'more providers, status codes and exceptions than there should be',
  every: 60,
  series: {
    ...Object.fromEntries(
      ['1', '2', '3', '4', '5'].flatMap((n) => [
        [`provider_availability{provider="p${n}"}`, '1x60'],
        [`model_inference_requests_total{model="m",provider="p${n}",status="success"}`, `0+${n}x60`],
        [`fastapi_requests_total{status_code="20${n}"}`, `1000+${n}x60`],
        [`fastapi_exceptions_total{exception_type="E${n}"}`, `0+${n}x60`],
      ]),
    ),
    'model_inference_requests_total{model="m",status="success"}': '0+100x60',
    'provider_response_time_seconds{provider="p1"}': '1x60',
    'provider_response_time_seconds{provider="p5"}': '1x60',
    'provider_error_rate{provider="unasked"}': '0.5x60',
  },
  values: {},
};

/** Pairs that have no rate of requests over the hour, known from one metric alone. */
const unasked: readonly Scenario[] = [
  ['model_inference_requests_total', ',status="success"'],
  ['tokens_used_total', ''],
  ['credits_used_total', ''],
  ['model_inference_duration_seconds_bucket', ',le="+Inf"'],
].map(([metric, labels], index) => ({
  name: `unasked_${index}`,
  says: `only ${metric}`,
  series: Object.fromEntries(
    ['a', 'b', 'c'].map((model) => [`${metric}{model="${model}",provider="p"${labels}}`, '5']),
  ),
  values: {},
}));

beforeAll(async () => {
  prometheus = await startTestPrometheus({ series: seedScenarios([busy, wide, ...unasked]) });
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

interface Asked {
  readonly catalogue: Catalogue;
  readonly collection: Collection;
  readonly recorded: RecordingClient;
}

async function ask(scenario: Scenario, maxSeries: number): Promise<Asked> {
  const selector = parseMatchers(`scenario="${scenario.name}"`);
  const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector, marker: undefined });
  const recorded = recordingClient(client);
  const collector = createPrometheusCollector(recorded, catalogue, maxSeries);
  const collection = await collector.collect(instant, [...catalogue.rows.keys()], signal);
  return { catalogue, collection, recorded };
}

function metricsOf(collection: Collection, row: string): readonly Metric[] {
  const outcome = collection.outcomes.get(row);
  return outcome?.state === 'present' ? outcome.metrics : [];
}

function shown(collection: Collection, row: string, ...labels: string[]): string[] {
  const texts = metricsOf(collection, row).map((metric) => labels.map((label) => metric.labels[label]).join('/'));
  return [...new Set(texts)].sort();
}

describe('families of pairs', () => {
  const families = [
    'model_inference_requests_total',
    'model_inference_duration_seconds',
    'tokens_used_total',
    'credits_used_total',
  ];
  // Two statuses: six label sets are three pairs.
  const chosen = ['a|b/p1', 'a|b/p2', 'b/p1'];

  test('show the same pairs, the busiest of the last hour, where one of them is over the limit', async () => {
    const { collection } = await ask(busy, 6);
    for (const family of families.slice(0, 3)) {
      expect(shown(collection, family, 'model', 'provider'), family).toEqual(chosen);
    }
    expect(shown(collection, 'credits_used_total', 'model', 'provider')).toEqual(['a|b/p1']);
    expect(metricsOf(collection, 'model_inference_requests_total')).toHaveLength(4);
  });

  test('tell how many label sets each of them lost', async () => {
    const { collection } = await ask(busy, 6);
    expect(countsOf(collection)).toEqual({
      model_inference_requests_total: 3,
      model_inference_duration_seconds: 2,
      tokens_used_total: 3,
      credits_used_total: 1,
    });
  });

  test('are narrowed by Prometheus: no pair that is not shown is transferred', async () => {
    const { recorded } = await ask(busy, 6);
    const transferred = recorded.queries.flatMap(({ vector }) =>
      vector.flatMap(({ labels }) => (labels['model'] === undefined ? [] : `${labels['model']}/${labels['provider']}`)),
    );
    expect([...new Set(transferred)].sort()).toEqual(chosen);
  });

  test('do not change totals, rates or the counts of providers', async () => {
    const [capped, whole] = await Promise.all([ask(busy, 6), ask(busy, 20_000)]);
    const families = new Set(capped.catalogue.families['models']!.map(({ row }) => row));
    const others = [...capped.catalogue.rows.keys()].filter((row) => !families.has(row));
    for (const row of others) expect(capped.collection.outcomes.get(row)).toEqual(whole.collection.outcomes.get(row));
    expect(metricsOf(capped.collection, 'total_tokens_used')).toEqual([{ labels: {}, value: '7009000' }]);
  });

  test('have values that are those of the whole families', async () => {
    const [capped, whole] = await Promise.all([ask(busy, 6), ask(busy, 20_000)]);
    for (const family of families) {
      const cut = metricsOf(capped.collection, family);
      expect(metricsOf(whole.collection, family)).toEqual(expect.arrayContaining([...cut]));
    }
  });

  test('are asked as they stand while all are within the limit, and nothing is dropped', async () => {
    const { catalogue, collection, recorded } = await ask(busy, 7);
    const queries = recorded.queries.map(({ promql }) => promql);
    expect(queries).toEqual(expect.arrayContaining(pairLimit.blocks.map(catalogue.scoped)));
    expect(queries.filter((promql) => promql.includes('topk'))).toEqual([]);
    expect(collection.seriesOverLimit.size).toBe(0);
    expect(shown(collection, 'model_inference_requests_total', 'model', 'provider')).toHaveLength(6);
  });

  test.each(unasked.map((scenario) => [scenario.says, scenario] as const))(
    'are cut where the pairs are known from %s',
    async (_, scenario) => {
      const { collection } = await ask(scenario, 2);
      expect(Object.values(countsOf(collection))).toEqual([1]);
      const [family = ''] = collection.seriesOverLimit.keys();
      expect(metricsOf(collection, family)).toHaveLength(2);
    },
  );

  test('show nothing where the limit is below the number of statuses', async () => {
    const { collection, recorded } = await ask(busy, 1);
    for (const family of families) expect(metricsOf(collection, family), family).toEqual([]);
    expect(collection.seriesOverLimit.get('model_inference_requests_total')?.count).toBe(7);
    expect(recorded.queries.every(({ vector }) => vector.every(({ labels }) => !('model' in labels)))).toBe(true);
  });
});

describe('families of one label', () => {
  test('show the busiest of the last hour', async () => {
    const { collection } = await ask(wide, 3);
    expect(shown(collection, 'fastapi_requests_total', 'status_code')).toEqual(['203', '204', '205']);
    expect(shown(collection, 'fastapi_exceptions_total', 'exception_type')).toEqual(['E3', 'E4', 'E5']);
    expect(collection.seriesOverLimit.get('fastapi_requests_total')?.count).toBe(2);
  });

  test('show the same providers in all of them', async () => {
    const { collection } = await ask(wide, 3);
    expect(shown(collection, 'provider_availability', 'provider')).toEqual(['p3', 'p4', 'p5']);
    expect(shown(collection, 'provider_error_rate', 'provider')).toEqual(['p3', 'p4', 'p5']);
    expect(shown(collection, 'gatewayz_provider_health_score', 'provider')).toEqual(['p3', 'p4', 'p5']);
    expect(shown(collection, 'provider_response_time_seconds', 'provider')).toEqual(['p5']);
    const { seriesOverLimit: dropped } = collection;
    expect(dropped.get('provider_error_rate')?.count).toBe(3);
    expect(dropped.get('provider_response_time_seconds')?.count).toBe(1);
    expect(metricsOf(collection, 'gatewayz_providers_total')).toEqual([{ labels: {}, value: '6' }]);
  });

  test('show those that nobody asked for last', async () => {
    const { collection } = await ask(wide, 5);
    expect(shown(collection, 'provider_error_rate', 'provider')).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect(collection.seriesOverLimit.get('provider_error_rate')?.count).toBe(1);
  });
});
