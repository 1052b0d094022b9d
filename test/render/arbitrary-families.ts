import fc from 'fast-check';
import type { Family, HistogramMetric, Labels, Sample, SummaryMetric } from '../../src/model.js';
import { seriesKey } from '../support/check-family.js';

const reserved = ['le', 'quantile', 'reexported_by'];
const specials = [
  '"',
  '\\',
  '\n',
  '\\n',
  '\r',
  '{',
  '}',
  ',',
  '=',
  ' # ',
  '"} 1\nevil 1',
  '\u2028',
  '𝕏',
  '\ud83d',
  '\udc00',
];

/** Text with all that a format could stumble over: its own marks, any character, lone surrogates. */
export const anyText = fc
  .array(fc.oneof(fc.constantFrom(...specials), fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 6 })
  .map((parts) => parts.join(''));

/** What is left of a text when it has been encoded as UTF-8. */
export function encodable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

/** What a reader has to find of these labels. */
export function readable(labels: Labels): Labels {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  return Object.fromEntries(pairs.map(([name, value]) => [name, encodable(value)]));
}

const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,5}$/).filter((name) => !reserved.includes(name));
const labels: fc.Arbitrary<Labels> = fc
  .uniqueArray(fc.tuple(fc.oneof(labelName, fc.constant('__proto__')), anyText), {
    maxLength: 4,
    selector: ([name]) => name,
  })
  .map((pairs) => Object.fromEntries(pairs));

function goText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

const anyNumber = fc.oneof(
  fc.constantFrom('NaN', '+Inf', '-Inf', '-0', '1e+21', '1e-300', '0'),
  fc.double().map(goText),
);
const amount = fc.oneof(
  fc.constantFrom('+Inf', '0', '1e+21', '1e-300'),
  fc
    .double({ min: 0 })
    .map(goText)
    .filter((text) => text !== 'NaN'),
);
const whole = fc.maxSafeNat();

const histogram: fc.Arbitrary<Omit<HistogramMetric, 'labels'>> = fc
  .record({
    bounds: fc.uniqueArray(
      fc.oneof(fc.constantFrom(0.005, 1, 10, 1e6, 1e-5, 123456), fc.double({ min: 0, max: 1e12, noNaN: true })),
      {
        maxLength: 6,
        comparator: (a, b) => a === b,
      },
    ),
    steps: fc.array(fc.nat(1000), { minLength: 7, maxLength: 7 }),
    sum: fc.option(amount, { nil: undefined }),
  })
  .map(({ bounds, steps, sum }) => {
    const sorted = bounds.sort((a, b) => a - b).map(goText);
    let total = 0;
    const buckets = [...sorted, '+Inf'].map((le, index) => {
      total += steps[index]!;
      return { le, value: String(total) };
    });
    return sum === undefined ? { buckets } : { buckets, sum };
  });

const summary: fc.Arbitrary<Omit<SummaryMetric, 'labels'>> = fc
  .record({
    quantiles: fc.subarray(['0', '0.5', '0.95', '0.99', '1']),
    value: fc.oneof(amount, fc.constant('NaN')),
    sum: fc.option(amount, { nil: undefined }),
    count: fc.option(whole.map(String), { nil: undefined }),
  })
  .map(({ quantiles, value, sum, count }) => ({
    quantiles: quantiles.map((quantile) => ({ quantile, value })),
    ...(sum === undefined ? {} : { sum }),
    ...(count === undefined ? {} : { count }),
  }));

function withLabels<M>(metric: fc.Arbitrary<M>): fc.Arbitrary<(M & { labels: Labels })[]> {
  return fc.uniqueArray(
    fc.tuple(labels, metric).map(([own, rest]) => ({ labels: own, ...rest })),
    { maxLength: 4, selector: (entry) => seriesKey(readable(entry.labels)) },
  );
}

const name = fc.stringMatching(/^[a-zA-Z0-9_:]{0,8}$/);
const header = fc.record({ help: anyText, unit: fc.constantFrom('', 'seconds', 'bytes'), named: fc.boolean() });

function family<T extends Family['type'], M>(type: T, suffix: string, metrics: fc.Arbitrary<M>) {
  return fc.tuple(name, header, metrics).map(([stem, { help, unit, named }, found]) => ({
    name: `${stem}${named && unit !== '' ? `_${unit}` : '_x'}${suffix}`,
    type,
    help,
    unit,
    metrics: found,
  }));
}

const anyFamily: fc.Arbitrary<Family> = fc.oneof(
  family('counter', '_total', withLabels(amount.map((value): Omit<Sample, 'labels'> => ({ value })))),
  family('gauge', '', withLabels(anyNumber.map((value): Omit<Sample, 'labels'> => ({ value })))),
  family('gauge', '_total', withLabels(anyNumber.map((value): Omit<Sample, 'labels'> => ({ value })))),
  family('histogram', '', withLabels(histogram)),
  family('summary', '', withLabels(summary)),
);

/** Families that keep the preconditions of both renderers, whatever else is in their texts. */
export function arbitraryFamilies(constraints: fc.ArrayConstraints = { maxLength: 4 }): fc.Arbitrary<Family[]> {
  return fc
    .array(anyFamily, constraints)
    .map((families) => families.map((each, index) => ({ ...each, name: `f${index}_${each.name}` })));
}
