import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeHistograms } from '../../../src/catalogue/derivations/histogram.js';
import { labelKey } from '../../../src/catalogue/derivations/labels.js';
import { parseValue } from '../../../src/catalogue/derivations/number.js';
import type { Vector } from '../../../src/model.js';

const by = ['model', 'provider'];
const le = fc.constantFrom('0.1', '1', '1.0', '2.5', '10', '10.0', '+Inf', '-1', 'NaN', 'many', '');
const value = fc.oneof(fc.nat(1000).map(String), fc.constantFrom('NaN', '+Inf', '-Inf', '-5', '0.5', '1e+22'));
const labels = fc.record(
  { model: fc.constantFrom('m', 'n', ''), provider: fc.constantFrom('p', 'q', '') },
  { requiredKeys: [] },
);
const buckets = fc.array(
  fc.tuple(labels, le, value).map(([own, bound, text]) => ({ labels: { ...own, le: bound }, value: text })),
  { maxLength: 40 },
);
const sums = fc.array(fc.record({ labels, value }), { maxLength: 8 });
const layout = fc.oneof(
  fc.array(
    fc.tuple(le, value).map(([bound, text]) => ({ labels: { le: bound }, value: text })),
    { maxLength: 12 },
  ),
  // What really comes: bounds that all histograms have.
  fc
    .subarray(['0.1', '1', '2.5', '10', '+Inf'])
    .map((all) => ['+Inf', ...all].map((bound) => ({ labels: { le: bound }, value: '2' }))),
);

function bucketsOf(bounds: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}): Vector {
  return Object.entries(bounds).map(([bound, text]) => ({ labels: { ...own, le: bound }, value: text }));
}

describe('wholeHistograms', () => {
  test('gives whole, cumulative, distinct histograms that end in +Inf, whatever comes', () => {
    let whole = 0;
    void fc.assert(
      fc.property(buckets, sums, layout, (vector, sumVector, layoutVector) => {
        const histograms = mergeHistograms(vector, sumVector, layoutVector, by);
        whole += histograms.length;
        for (const histogram of histograms) {
          const bounds = histogram.buckets.map((bucket) => parseValue(bucket.le));
          expect(bounds).toEqual([...new Set(bounds)].sort((a, b) => a - b));
          expect(histogram.buckets.at(-1)?.le).toBe('+Inf');
          const counts = histogram.buckets.map((bucket) => parseValue(bucket.value));
          expect(counts.every((count, i) => count >= (counts[i - 1] ?? 0))).toBe(true);
          if (histogram.sum !== undefined) expect(parseValue(histogram.sum)).toBeGreaterThanOrEqual(0);
        }
        const keys = histograms.map((histogram) => labelKey(histogram.labels, by));
        expect(keys).toEqual([...new Set(keys)]);
      }),
      { numRuns: 1000 },
    );
    expect(whole).toBeGreaterThan(200);
  });

  test('adds up bounds that are the same number', () => {
    const vector = bucketsOf({ '1': '5', '1.0': '7', '+Inf': '20' });
    const counts = bucketsOf({ '1': '1', '1.0': '1', '+Inf': '2' });
    expect(mergeHistograms(vector, [{ labels: {}, value: '9.5' }], counts, [])).toEqual([
      {
        labels: {},
        buckets: [
          { le: '1', value: '12' },
          { le: '+Inf', value: '20' },
        ],
        sum: '9.5',
      },
    ]);
  });

  test('leaves out bounds that not every instance has', () => {
    const vector = bucketsOf({ '1': '1600', '2.5': '1000', '+Inf': '1700' });
    const counts = bucketsOf({ '1': '2', '2.5': '1', '+Inf': '2' });
    expect(mergeHistograms(vector, [], counts, [])).toEqual([
      {
        labels: {},
        buckets: [
          { le: '1', value: '1600' },
          { le: '+Inf', value: '1700' },
        ],
      },
    ]);
  });

  test('puts bounds in the order of numbers, in whatever order they come', () => {
    const vector = bucketsOf({ '+Inf': '4', '10': '3', '2.5': '2', '0.1': '1' });
    const counts = bucketsOf({ '10': '1', '+Inf': '1', '0.1': '1', '2.5': '1' });
    const [histogram] = mergeHistograms(vector, [], counts, []);
    expect(histogram?.buckets.map(({ le: text }) => text)).toEqual(['0.1', '2.5', '10', '+Inf']);
  });

  test('keeps the text of counts that it does not add', () => {
    const vector = bucketsOf({ '+Inf': '9007199254740993' }, { model: 'm' });
    expect(mergeHistograms(vector, [], bucketsOf({ '+Inf': '3' }), ['model'])).toEqual([
      { labels: { model: 'm' }, buckets: [{ le: '+Inf', value: '9007199254740993' }] },
    ]);
  });

  test('has no histogram without +Inf, and no sum that is negative or not a number', () => {
    const counts = bucketsOf({ '1': '2', '+Inf': '2' });
    expect(mergeHistograms(bucketsOf({ '1': '5' }), [], counts, [])).toEqual([]);
    for (const sum of ['-1', 'NaN']) {
      const [histogram] = mergeHistograms(bucketsOf({ '+Inf': '5' }), [{ labels: {}, value: sum }], counts, []);
      expect(histogram).toEqual({ labels: {}, buckets: [{ le: '+Inf', value: '5' }] });
    }
  });
});
