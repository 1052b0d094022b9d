import { describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/compile.js';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Collection, Vector } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { pairLimit } from '../../src/presets/gatewayz/series-limit.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import { instant, startClient } from '../prometheus/start-client.js';
import type { FakePrometheus } from '../support/fake-prometheus.js';
import { apiError } from '../support/fake-upstream-behaviours.js';

/** By row: label sets over the series limit. */
const countsOf = ({ seriesOverLimit }: Collection): Record<string, number> =>
  Object.fromEntries([...seriesOverLimit].map(([row, { count }]) => [row, count]));

const maxSeries = 6;
const { signal } = new AbortController();

interface Started {
  readonly fake: FakePrometheus;
  readonly catalogue: Catalogue;
  /** How many pairs there are from now on. Their requests have one status. */
  readonly grow: (pairs: number) => void;
  /** The families of pairs, some refreshes after the first; and what was asked for them. */
  readonly refresh: (number: number) => Promise<{ readonly collection: Collection; readonly asked: readonly string[] }>;
}

/** A gateway that has these metrics by pair. */
async function start(...names: string[]): Promise<Started> {
  const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker: undefined });
  const { fake, client } = await startClient();
  let pairs = 0;
  fake.labels({ __name__: ['model_inference_requests_total', ...names] });
  fake.answer((promql): Vector => {
    if (promql === pairLimit.counts['model_inference_requests_total']) return [{ labels: {}, value: String(pairs) }];
    if (promql.startsWith('count')) return [{ labels: {}, value: '1' }];
    // Of those it is asked for by name, as many as were chosen.
    const shown = /topk|model=~/.test(promql) ? Math.min(pairs, maxSeries) : pairs;
    return Array.from({ length: shown }, (_, index) => ({
      labels: { model: `m${index}`, provider: 'p', status: 'success' },
      value: '1',
    }));
  });
  const collector = createPrometheusCollector(client, catalogue, maxSeries);
  const rows = catalogue.families['models']!.map(({ row }) => row);
  return {
    fake,
    catalogue,
    grow: (number) => {
      pairs = number;
    },
    refresh: async (number) => {
      const before = fake.requests.length;
      const collection = await collector.collect(instant + number * 5000, rows, signal);
      const promql = fake.requests.slice(before).map((request) => request.promql);
      return { collection, asked: promql.filter((text) => text !== '' && !text.startsWith('up')) };
    },
  };
}

function shown(collection: Collection): number {
  const outcome = collection.outcomes.get('model_inference_requests_total');
  return outcome?.state === 'present' ? outcome.metrics.length : 0;
}

describe('families of pairs, refresh after refresh', () => {
  const count = pairLimit.counts['model_inference_requests_total']!;

  test('are not counted again while they are at most half of what they may be', async () => {
    const { grow, refresh, catalogue } = await start();
    const value = catalogue.rows.get('model_inference_requests_total')!.blocks['value'];
    grow(3);
    expect((await refresh(0)).asked).toEqual([count, value]);
    expect((await refresh(1)).asked).toEqual([value]);
    grow(4);
    expect((await refresh(2)).asked).toEqual([value]);
    expect((await refresh(3)).asked).toEqual([count, value]);
  });

  test('are cut in the very refresh in which they have become too many', async () => {
    const { grow, refresh } = await start();
    grow(3);
    await refresh(0);
    grow(9);
    const { collection } = await refresh(1);
    expect(shown(collection)).toBe(maxSeries);
    expect(countsOf(collection)).toEqual({ model_inference_requests_total: 3 });
    const { asked } = await refresh(2);
    expect(asked[0]).toBe(count);
    expect(asked.at(-1)).toContain('model=~');
  });

  test('lose nothing to the cap when they could not be asked for', async () => {
    const { grow, refresh, fake } = await start('tokens_used_total');
    grow(9);
    fake.behaveOnce(apiError(503, 'timeout', 'query timed out'), ({ promql }) =>
      /requests_total\{.*model=~/.test(promql),
    );
    const { collection } = await refresh(0);
    expect(collection.outcomes.get('model_inference_requests_total')?.state).toBe('failed');
    expect(collection.failure).toBeUndefined();
    expect(collection.seriesOverLimit.has('model_inference_requests_total')).toBe(false);
    const next = await refresh(1);
    expect(shown(next.collection)).toBe(maxSeries);
    expect(next.collection.seriesOverLimit.get('model_inference_requests_total')?.count).toBe(3);
  });
});

describe('the bucket bounds of pairs', () => {
  async function asked(several: Vector): Promise<readonly string[]> {
    const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker: undefined });
    const { fake, client } = await startClient();
    const row = catalogue.rows.get('model_inference_duration_seconds')!;
    fake.labels({ __name__: row.metrics });
    fake.answer({ [row.blocks['hasDuplicates']!]: several });
    await createPrometheusCollector(client, catalogue, maxSeries).collect(instant, [row.id], signal);
    return fake.requests.map(({ promql }) => promql).filter((promql) => promql === row.blocks['bucketBounds']);
  }

  test('are queried only where some pair is the sum of several histograms', async () => {
    expect(await asked([])).toHaveLength(0);
    expect(await asked([{ labels: {}, value: '1' }])).toHaveLength(1);
  });
});
