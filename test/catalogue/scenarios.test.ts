import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/compile.js';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Collection, Vector } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import { createPrometheusClient, type PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import { addMatchers } from '../../src/promql/add-matchers.js';
import { parseMatchers } from '../../src/promql/matchers.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { canonicalDifferences, isPlain, valuesOf, valuesOfPromql } from './canonical.js';
import { differences } from './differences.js';
import { type FlatValues, flattenLines } from './flat-values.js';
import { arbitraryScenarios } from './scenarios/arbitrary.js';
import { scenarios } from './scenarios/index.js';
import { instant, type Scenario, seedScenarios } from './scenarios/scenario.js';

/** What each row means according to the reference, by row and part; selectors bare. */
const reference = JSON.parse(
  readFileSync(new URL('../fixtures/expressions.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The rows with their texts as they are declared. */
const declared = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker: undefined }).rows;
const allRows = [...declared.keys()];

/**
 * Where the specification asks for more than the reference's expressions: bounds merged and dropped, and in the health
 * score the weight of a missing part.
 */
const betterRows = [
  'fastapi_requests_duration_seconds',
  'model_inference_duration_seconds',
  'gatewayz_provider_health_score',
];

const { signal } = new AbortController();
let prometheus: TestPrometheus;
let client: PrometheusClient;

beforeAll(async () => {
  prometheus = await startTestPrometheus({ series: seedScenarios([...scenarios, ...arbitraryScenarios]) });
  client = createPrometheusClient({
    prometheusUrl: prometheus.url,
    prometheusTimeout: 30_000,
    prometheusConnections: 8,
    prometheusMaxBody: 2 ** 24,
  });
});

afterAll(async () => {
  await client?.close();
  await prometheus?.close();
});

function catalogueOf({ name, selector, marker }: Scenario): Catalogue {
  const matchers = `scenario="${name}"${selector === undefined ? '' : `,${selector}`}`;
  const defaultMarker = { label: 'reexported_by', value: 'gatewayz-metrics' };
  return createCatalogue(presetCatalogue([gatewayz], false), {
    selector: parseMatchers(matchers),
    marker: marker === null ? undefined : (marker ?? defaultMarker),
  });
}

interface Asked {
  readonly catalogue: Catalogue;
  readonly collection: Collection;
}

const asked = new Map<Scenario, Promise<Asked>>();

/** Everything the collector has to say about a scenario; asked once. */
function ask(scenario: Scenario): Promise<Asked> {
  const earlier = asked.get(scenario);
  if (earlier) return earlier;
  const catalogue = catalogueOf(scenario);
  const collector = createPrometheusCollector(client, catalogue, 20_000);
  const answer = collector
    .collect(instant, [...catalogue.rows.keys()], signal)
    .then((collection) => ({ catalogue, collection }));
  asked.set(scenario, answer);
  return answer;
}

const answers = new Map<string, Promise<Vector>>();

/** Nothing is asked twice. */
function query(promql: string): Promise<Vector> {
  const answer = answers.get(promql) ?? client.query(promql, instant, signal).then(({ vector }) => vector);
  answers.set(promql, answer);
  return answer;
}

/** The reference leaves bounds spelled as they come, and asks for the sums of histograms that have no buckets. */
function comparable(values: FlatValues): FlatValues {
  const spelled = [...values].map(([key, value]) => [key.replace(/le=(\d+)\.0\b/, 'le=$1'), value] as const);
  const whole = new Set(spelled.flatMap(([key]) => (key.includes('le=') ? withoutPart(key) : [])));
  return new Map(spelled.filter(([key]) => !/(?:^|,)sum$/.test(key) || whole.has(withoutPart(key))));
}

function withoutPart(key: string): string {
  const labels = key.split(',').filter((label) => label !== 'sum' && !label.startsWith('le='));
  return labels.join(',');
}

/** Where rows differ from the expressions of the reference, by row. */
async function beyondReference(scenario: Scenario): Promise<ReadonlyMap<string, readonly string[]>> {
  const { catalogue, collection } = await ask(scenario);
  const found = await Promise.all(
    Object.entries(reference).map(async ([row, parts]): Promise<[string, string[]]> => {
      const scoped = Object.entries(parts).map(([part, text]) => {
        // Most texts are those of the catalogue, which has scoped them already.
        const same = declared.get(row)?.promql[part] === text;
        return [part, same ? catalogue.rows.get(row)!.promql[part]! : addMatchers(text, catalogue.matchers)];
      });
      const expected = comparable(await valuesOfPromql(Object.fromEntries(scoped), query));
      const isQuantiles = '0.5' in parts;
      // The reference has no texts for the sum and count of the quantile summaries.
      const got = [...valuesOf(collection, row)].filter(([key]) => !isQuantiles || key.startsWith('quantile='));
      return [row, differences(row, new Map(got), expected, false)];
    }),
  );
  return new Map(found.filter(([, different]) => different.length > 0));
}

function withTitles(list: readonly Scenario[]): [string, Scenario][] {
  return list.map((scenario) => [scenario.says, scenario]);
}

describe.each(withTitles([...scenarios, ...arbitraryScenarios]))('%s', (_, scenario) => {
  test('every row equals its canonical PromQL', async () => {
    const { catalogue, collection } = await ask(scenario);
    expect(await canonicalDifferences(catalogue, collection, query)).toEqual([]);
  });
});

describe.each(withTitles(scenarios))('%s', (_, scenario) => {
  test('rows have exactly these values, or exactly this reason for having none', async () => {
    const { catalogue, collection } = await ask(scenario);
    const found = Object.entries(scenario.values).flatMap(([id, expected]) => {
      const row = catalogue.rows.get(id);
      const outcome = collection.outcomes.get(id);
      if (row === undefined || outcome === undefined) return [`${id} is no row`];
      if (typeof expected === 'object' && 'absent' in expected) {
        const reason = expected.absent.replace('{…}', catalogue.baseSelector ?? '');
        if (outcome.state === 'missing' && outcome.reason === reason) return [];
        return [`${id}: expected to be absent: ${reason}; got ${JSON.stringify(outcome)}`];
      }
      const lines = typeof expected === 'string' ? [expected] : expected;
      return differences(id, valuesOf(collection, id), flattenLines(lines), isPlain(row));
    });
    expect(found).toEqual([]);
  });

  test('rows mean what the expressions of the reference mean, except where they are better', async () => {
    const different = await beyondReference(scenario);
    const better = scenario.better ?? [];
    const unexpected = [...different].filter(([row]) => !better.includes(row));
    expect(unexpected.flatMap(([, sentences]) => sentences)).toEqual([]);
    expect([...different.keys()].sort()).toEqual([...better].sort());
  });
});

test.each(withTitles(arbitraryScenarios))('%s: rows mean what the reference means', async (_, scenario) => {
  const different = [...(await beyondReference(scenario))].filter(([row]) => !betterRows.includes(row));
  expect(different.flatMap(([, sentences]) => sentences)).toEqual([]);
});

test('every row has exact values in some scenario', () => {
  const valued = scenarios.flatMap(({ values }) =>
    Object.entries(values).flatMap(([row, expected]) =>
      typeof expected === 'string' || Array.isArray(expected) ? row : [],
    ),
  );
  expect(allRows.filter((row) => !valued.includes(row))).toEqual([]);
});

test('the reference has an expression for every row', () => {
  expect(Object.keys(reference).sort()).toEqual([...allRows].sort());
});
