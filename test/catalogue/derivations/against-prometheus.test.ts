import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatValue, parseValue } from '../../../src/catalogue/derivations/number.js';
import { histogramQuantile } from '../../../src/catalogue/derivations/quantile.js';
import type { Vector } from '../../../src/model.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { type SeededSeries, seed } from '../../support/seed-series.js';

const instant = Date.UTC(2026, 0, 1, 13);
const at = { start: instant, step: 1000 };

/** Sets of buckets as no histogram should be: unordered, falling, without an end, with bounds spelled twice. */
const bound = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('0.1', '0.5', '1', '1.0', '2.5', '5e0', '10') },
  { weight: 2, arbitrary: fc.constant('+Inf') },
  { weight: 1, arbitrary: fc.constantFrom('-1', '0', '-Inf', 'Inf', 'many', '1e-3') },
  { weight: 1, arbitrary: fc.double({ noNaN: true }).map(String) },
);
const count = fc.oneof(
  { weight: 4, arbitrary: fc.nat(1000) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) },
);
const anyBuckets = fc.uniqueArray(fc.record({ le: bound, count }), { selector: ({ le }) => le, maxLength: 9 });
/** Sets of buckets as they should be. */
const goodBuckets = fc
  .uniqueArray(fc.double({ min: -2, max: 100, noNaN: true }), { maxLength: 8 })
  .chain((bounds) =>
    fc.tuple(fc.constant([...bounds].sort((a, b) => a - b)), fc.array(count, { minLength: 9, maxLength: 9 })),
  )
  .map(([bounds, counts]) =>
    [...bounds.map(String), '+Inf'].map((le, index) => ({
      le,
      count: counts.slice(0, index + 1).reduce((total, one) => total + one, 0),
    })),
  );
const seedOfSamples = { seed: 42 };
const bucketSets = [
  ...fc.sample(anyBuckets, { ...seedOfSamples, numRuns: 300 }),
  ...fc.sample(goodBuckets, { ...seedOfSamples, numRuns: 300 }),
].filter((buckets) => buckets.length > 0);

const numbers = [
  ...fc.sample(fc.double(), { ...seedOfSamples, numRuns: 300 }),
  ...fc.sample(fc.integer(), { ...seedOfSamples, numRuns: 50 }),
  ...[0, 1e-6, 9.99e-7, 1e-7, 1.5e-7, 123e-12, 1e20, 1e21, 1.5e21, 1e22, 1e100, 5e-324, 1.7976931348623157e308],
  ...[2 ** 53, 2 ** 53 + 2, 0.1 + 0.2, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
];

/** As text: the seed would write -0 as 0. */
function spell(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value).replace('Infinity', 'Inf');
}

let prometheus: TestPrometheus;

beforeAll(async () => {
  const series: SeededSeries[] = [
    ...bucketSets.flatMap((buckets, set) =>
      buckets.map(({ le, count }) => ({
        name: 'set_bucket',
        labels: { set: String(set), le },
        values: [count],
        ...at,
      })),
    ),
    ...numbers.map((value, index) => ({
      name: 'number',
      labels: { index: String(index) },
      values: spell(value),
      ...at,
    })),
  ];
  prometheus = await startTestPrometheus({ series: seed(series) });
});

afterAll(() => prometheus?.close());

describe('histogramQuantile', () => {
  test.each([0.5, 0.95, 0.99])('gives the %f quantile that Prometheus gives, of whatever buckets', async (q) => {
    const answer = await prometheus.vector(`histogram_quantile(${q}, sum by (set, le) (set_bucket)) >= 0`, instant);
    const theirs = new Map(answer.map(({ labels, value }) => [Number(labels['set']), parseValue(value)]));
    expect(theirs.size).toBeGreaterThan(200);
    for (const [set, buckets] of bucketSets.entries()) {
      const vector: Vector = buckets.map(({ le, count }) => ({ labels: { le }, value: String(count) }));
      const ours = histogramQuantile(q, vector);
      const expected = theirs.get(set);
      if (ours === undefined || expected === undefined)
        expect([set, ours], JSON.stringify(buckets)).toEqual([set, expected]);
      else if (ours !== expected) expect(ours / expected, JSON.stringify(buckets)).toBeCloseTo(1, 9);
    }
  });
});

describe('formatValue', () => {
  test('writes numbers as Prometheus does', async () => {
    const answer = await prometheus.vector('number', instant);
    const texts = answer.map(({ labels, value }) => [numbers[Number(labels['index'])], value]);
    expect(texts).toHaveLength(numbers.length);
    expect(texts.map(([value]) => [value, formatValue(value as number)])).toEqual(texts);
  });

  test('writes what parseValue reads back as the same number', () => {
    void fc.assert(fc.property(fc.double(), (value) => Object.is(parseValue(formatValue(value)), value)));
  });
});
