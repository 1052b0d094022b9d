import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/compile.js';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Collection, Collector } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import { metricNames } from '../../src/promql/selectors.js';
import { instant, startClient } from '../prometheus/start-client.js';
import type { FakePrometheus } from '../support/fake-prometheus.js';
import { apiError, plainText, reset } from '../support/fake-upstream-behaviours.js';

const { signal } = new AbortController();
const marker = { label: 'reexported_by', value: 'gatewayz-metrics' };

interface Started {
  readonly fake: FakePrometheus;
  readonly catalogue: Catalogue;
  readonly collector: Collector;
  readonly collect: (rows?: readonly string[], at?: number) => Promise<Collection>;
  /** Every question so far: PromQL texts, and paths of label queries with their matchers. */
  readonly asked: () => string[];
}

/** A collector and an upstream that has these metrics, and 1 for every question. */
async function start(names?: readonly string[], maxSeries = 20_000): Promise<Started> {
  const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker });
  const { fake, client } = await startClient();
  const everything = [...new Set([...catalogue.blockMetrics.values()].flat())];
  fake.labels({ __name__: names ?? everything, job: ['gateway'] });
  fake.answer(() => [{ labels: {}, value: '1' }]);
  const collector = createPrometheusCollector(client, catalogue, maxSeries);
  const all = [...catalogue.rows.keys()];
  return {
    fake,
    catalogue,
    collector,
    collect: (rows = all, at = instant) => collector.collect(at, rows, signal),
    asked: () =>
      fake.requests.map(({ path, params, promql }) => (promql === '' ? `${path}?${params.get('match[]')}` : promql)),
  };
}

function states(collection: Collection): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const [row, { state }] of collection.outcomes) {
    result[state] ??= [];
    result[state].push(row);
  }
  return result;
}

describe('createPrometheusCollector', () => {
  test('asks one thing after the other while nobody waits, and all that the connections allow as soon as somebody does', async () => {
    const { collect, collector, fake } = await start();
    const one = [{ labels: {}, value: '1' }];
    fake.answer(async () => {
      for (let turn = 0; turn < 20; turn += 1) await setImmediate();
      return one;
    });
    collector.hurry?.(false);
    await collect();
    expect(fake.maxInFlight).toBe(1);
    const held: (() => void)[] = [];
    fake.answer(() => new Promise((resolve) => held.push(() => resolve(one))));
    const collecting = collect(undefined, instant + 5_000);
    await expect.poll(() => held.length).toBe(1);
    collector.hurry?.(true);
    await expect.poll(() => held.length).toBe(4);
    fake.answer(() => one);
    for (const release of held) release();
    await collecting;
    expect(fake.maxInFlight).toBe(4);
  });

  test('asks nothing twice at one instant, however many rows need it and however often it is called', async () => {
    const { collect, asked, fake, catalogue } = await start();
    await collect(['gatewayz_providers_total', 'provider_error_rate', 'providers.avg_error_rate']);
    await collect();
    await collect();
    expect(asked()).toEqual([...new Set(asked())]);
    // The five blocks of pairs are preceded by a count of each family.
    expect(asked()).toEqual(expect.arrayContaining([...catalogue.blockMetrics.keys()]));
    const before = fake.requests.length;
    await collect(undefined, instant + 5000);
    expect(fake.requests.length).toBeGreaterThan(before);
  });

  test('asks everything as of the instant', async () => {
    const { collect, fake } = await start();
    await collect();
    const times = fake.requests.map(({ params }) => params.get('time') ?? params.get('end'));
    expect([...new Set(times)]).toEqual([String(instant / 1000)]);
  });

  test('asks only for the blocks of the rows that are wanted', async () => {
    const { collect, asked, catalogue } = await start();
    await collect(['http.error_rate']);
    expect(asked()).toEqual([
      '/api/v1/label/__name__/values?null',
      ...Object.values(catalogue.rows.get('http.error_rate')!.blocks),
    ]);
  });

  test('does not ask for blocks whose metrics do not exist', async () => {
    const names = ['fastapi_requests_total', 'provider_error_rate'];
    const { collect, asked } = await start(names);
    const collection = await collect();
    const queries = asked().filter((text) => !text.startsWith('/') && !text.startsWith('up'));
    expect(new Set(queries.flatMap(metricNames))).toEqual(new Set(names));
    expect(collection.outcomes.get('trial_active')).toMatchObject({
      state: 'missing',
      reason: 'no series named trial_active in Prometheus',
    });
  });

  test('asks for everything where the upstream will not tell which metrics exist', async () => {
    const { collect, fake, asked, catalogue } = await start();
    fake.behave(apiError(400, 'bad_data', 'no such endpoint'), ({ path }) => path.includes('/label/'));
    fake.answer((promql) => (promql.includes('trial_active') ? [] : [{ labels: {}, value: '1' }]));
    const collection = await collect();
    expect(asked()).toEqual(expect.arrayContaining([...catalogue.blockMetrics.keys()]));
    expect(collection.failure).toBeUndefined();
    expect(collection.outcomes.get('http.total_requests')?.state).toBe('present');
    expect(collection.outcomes.get('trial_active')).toMatchObject({
      state: 'missing',
      reason: 'no usable samples of trial_active at the evaluation timestamp',
    });
  });

  test('fails the rows that need a block that failed, and no others', async () => {
    const { collect, fake, catalogue } = await start();
    const block = catalogue.rows.get('http.error_rate')!.blocks['value']!;
    fake.behave(apiError(422, 'execution', 'too many samples'), ({ promql }) => promql === block);
    const collection = await collect();
    const users = [...catalogue.rows.values()].filter((row) => Object.values(row.blocks).includes(block));
    expect(states(collection)['failed']).toEqual(users.map(({ id }) => id));
    expect(users.map(({ id }) => id)).toEqual(['http.error_rate']);
    expect(collection.failure).toBeUndefined();
    const outcome = collection.outcomes.get('http.error_rate');
    expect(outcome?.state === 'failed' && outcome.reason).toMatch(/too many samples/);
  });

  test('is one failure, with what was said about patience, when the upstream does not answer at all', async () => {
    const { collect, fake, catalogue } = await start();
    fake.behave(plainText(503, 'Service Unavailable', { 'retry-after': '7' }));
    const collection = await collect();
    expect(collection.failure).toEqual({
      code: 'upstream_overloaded',
      reason: expect.stringContaining('503'),
      retryAfter: 7,
    });
    expect(states(collection)).toEqual({ failed: [...catalogue.rows.keys()] });
    expect(collection.querySeconds).toBe(0);
    expect(fake.requests).toHaveLength(1);
  });

  test('is one failure when every question fails, although the names were told', async () => {
    const { collect, fake, catalogue } = await start();
    fake.behave(reset, ({ promql }) => promql !== '');
    const collection = await collect();
    expect(collection.failure?.code).toBe('upstream_unreachable');
    expect(states(collection)).toEqual({ failed: [...catalogue.rows.keys()] });
  });

  test('fails a row that is answered with the same series twice', async () => {
    const { collect, fake } = await start(['fastapi_requests_total', 'fastapi_requests_in_progress']);
    const twice = { labels: { status_code: '200' }, value: '1' };
    fake.answer((promql) => (promql.startsWith('sum by (status_code) (fastapi') ? [twice, twice] : [twice]));
    const collection = await collect(['fastapi_requests_total', 'fastapi_requests_in_progress']);
    expect(collection.outcomes.get('fastapi_requests_total')).toMatchObject({
      state: 'failed',
      reason: 'Prometheus returned the same series twice for fastapi_requests_total: ["200"]',
    });
    expect(collection.outcomes.get('fastapi_requests_in_progress')?.state).toBe('present');
  });

  test('adds up the response time of everything that it asked, for each row what the row needs', async () => {
    const { collect } = await start();
    const first = await collect(['http.error_rate', 'http.request_rate_per_minute']);
    const of = (row: string): number => first.durations.get(row) ?? 0;
    expect(of('http.error_rate')).toBeGreaterThan(0);
    // Its second block is that of the other row; the names were asked for as well.
    expect(of('http.request_rate_per_minute')).toBeGreaterThan(of('http.error_rate'));
    expect(first.querySeconds).toBeGreaterThan(of('http.request_rate_per_minute'));
    const second = await collect(['http.error_rate']);
    expect(second.querySeconds).toBe(0);
    expect(second.durations.get('http.error_rate')).toBe(of('http.error_rate'));
  });

  test('looks for targets that are down only where something is absent, and only once', async () => {
    const { collect, fake, asked } = await start(['fastapi_requests_total']);
    await collect(['http.total_requests']);
    const aboutTargets = (): string[] => asked().filter((text) => text.includes('/job/') || text.startsWith('up'));
    expect(aboutTargets()).toEqual([]);
    const down = (job: string, target: string) => ({ labels: { job, instance: target }, value: '0' });
    fake.answer((promql) =>
      promql.startsWith('up') ? [down('gateway', 'a:1'), down('gateway', 'b:2'), down('gateway', 'c:3')] : [],
    );
    const { outcomes } = await collect(['trial_active']);
    await collect(['subscription_count']);
    expect(aboutTargets()).toHaveLength(2);
    expect(aboutTargets()[1]).toBe('up{job=~"gateway",reexported_by!="gatewayz-metrics"}');
    expect(outcomes.get('trial_active')).toMatchObject({
      state: 'missing',
      reason: 'a:1 (job "gateway") and 2 more scrape targets are down; no series named trial_active in Prometheus',
    });
  });

  test('gives up /models, and asks for none of it, where Prometheus cannot count its label sets', async () => {
    const { collect, fake, asked, catalogue } = await start();
    fake.behave(apiError(503, 'timeout', 'query timed out'), ({ promql }) => promql.startsWith('count(count by'));
    const collection = await collect();
    expect(states(collection)['failed']).toEqual(catalogue.families['models']!.map(({ row }) => row));
    const blocks = Object.values(catalogue.rows.get('model_inference_requests_total')!.blocks);
    expect(asked()).not.toEqual(expect.arrayContaining(blocks));
    expect(collection.seriesOverLimit.size).toBe(0);
  });

  test('gives up /models where Prometheus cannot rank its pairs', async () => {
    const { collect, fake, catalogue } = await start(undefined, 1);
    fake.answer((promql) => [{ labels: {}, value: promql.startsWith('count(count by (model') ? '2' : '1' }]);
    fake.behave(apiError(503, 'timeout', 'query timed out'), ({ promql }) => promql.startsWith('topk'));
    const collection = await collect();
    expect(states(collection)['failed']).toEqual(catalogue.families['models']!.map(({ row }) => row));
    expect(collection.seriesOverLimit.size).toBe(0);
  });

  test('names and has its rows', async () => {
    const { collector } = await start();
    expect(collector.name).toBe('prometheus');
    expect(collector.has('http.error_rate')).toBe(true);
    expect(collector.has('gatewayz_health_service_up')).toBe(false);
  });
});
