import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startTestPrometheus } from './prometheus.js';
import { parseOpenMetrics } from './python.js';
import { type SeededSeries, seed } from './seed-series.js';

const start = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;
const day = 1440 * minute;

describe('seed', () => {
  it('writes the values of a notation as they stand, each with its time in seconds', () => {
    const text = seed([{ name: 'up', labels: { job: 'a' }, values: '1.50 _ 2x1 +Inf', start, step: 500 }]);
    expect(text).toBe(
      [
        'up{job="a"} 1.50 1767225600',
        'up{job="a"} 2 1767225601',
        'up{job="a"} 2 1767225601.5',
        'up{job="a"} +Inf 1767225602',
        '# EOF\n',
      ].join('\n'),
    );
  });

  it('puts the series of a name together, and the entries of a series in order of time', () => {
    const at = { step: minute, values: [1, null, Number.NaN] };
    const text = seed([
      { name: 'b', labels: { x: '1', y: '2' }, ...at, start: start + 3 * minute },
      { name: 'a', ...at, start },
      { name: 'b', labels: { y: '2', x: '1' }, ...at, start },
    ]);
    expect(text).toBe(
      [
        'a 1 1767225600',
        'a NaN 1767225720',
        'b{x="1",y="2"} 1 1767225600',
        'b{x="1",y="2"} NaN 1767225720',
        'b{x="1",y="2"} 1 1767225780',
        'b{x="1",y="2"} NaN 1767225900',
        '# EOF\n',
      ].join('\n'),
    );
  });

  it('refuses two values of a series at one instant', () => {
    const entry = { name: 'up', labels: { job: 'a' }, values: '1x3', start, step: minute };
    expect(() => seed([entry, { ...entry, start: start + 2 * minute }])).toThrow('up{job="a"} has two values at');
  });

  it('writes what a strict OpenMetrics parser reads back, whatever the labels and values are', async () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}x$/);
    // The parser takes -0 for an integer.
    const double = fc.double().map((value) => value + 0);
    const entry = fc.record({
      name,
      labels: fc.dictionary(name, fc.string({ unit: 'grapheme', minLength: 1 }), { maxKeys: 3, noNullPrototype: true }),
      values: fc.array(double, { minLength: 1, maxLength: 5 }),
      start: fc.constant(start),
      step: fc.constant(minute),
    });
    const identity = ({ name, labels }: SeededSeries) => JSON.stringify([name, Object.entries(labels ?? {}).sort()]);
    const entries = fc.uniqueArray(entry, { selector: identity, minLength: 50, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(entries, async (all) => {
        const samples = (await parseOpenMetrics(seed(all))).flatMap((family) => family.samples);
        const expected = all.flatMap(({ name, labels, values }) =>
          values.map((value, index) => ({ name, labels, value, timestamp: (start + index * minute) / 1000 })),
        );
        expect(samples).toHaveLength(expected.length);
        expect(samples).toEqual(expect.arrayContaining(expected));
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  it('fills a Prometheus that then answers with exactly these values, however old they are', async () => {
    const prometheus = await startTestPrometheus({
      series: seed([
        { name: 'requests_total', labels: { path: '/a"b\\c\nd' }, values: '0+0.1x40', start, step: 15_000 },
        { name: 'requests_total', labels: { path: '/other' }, values: '7 _x20 9', start, step: 15_000 },
        { name: 'ratio', values: [0.1 + 0.2, Number.NEGATIVE_INFINITY], start, step: 30 * day },
      ]),
    });
    try {
      expect(await prometheus.vector('requests_total', start + 150_000)).toEqual([
        { labels: { path: '/a"b\\c\nd' }, value: '1' },
        { labels: { path: '/other' }, value: '7' },
      ]);
      expect(await prometheus.vector('requests_total{path="/other"}', start + 5 * minute + 1)).toEqual([]);
      expect(await prometheus.vector('sum(increase(requests_total{path!="/other"}[5m]))', start + 5 * minute)).toEqual([
        { labels: {}, value: '2' },
      ]);
      expect(await prometheus.vector('ratio', start)).toEqual([{ labels: {}, value: '0.30000000000000004' }]);
      expect(await prometheus.vector('ratio', start + 30 * day)).toEqual([{ labels: {}, value: '-Inf' }]);
    } finally {
      await prometheus.close();
    }
  });
});
