import { describe, expect, test } from 'vitest';
import {
  formatAge,
  formatChange,
  formatDateTime,
  formatNumber,
  formatQuantity,
  formatSeconds,
  visibleName,
} from '../../console/src/format.js';
import { mergeHistory, noHistory, segmentsOf } from '../../console/src/history.js';

const numbers: readonly (readonly [number | null, string])[] = [
  [0, '0'],
  [-0, '0'],
  [2e-7, '<0.01'],
  [-2e-7, '>−0.01'],
  [0.01, '0.01'],
  [0.0149, '0.0149'],
  [0.5, '0.5'],
  [1, '1'],
  [1.005, '1'],
  [1.239, '1.24'],
  [9.999, '10'],
  [12.34, '12.3'],
  [99.95, '100'],
  [123.4, '123'],
  [999.4, '999'],
  [999.6, '1,000'],
  [1_234, '1,234'],
  [1_234.5, '1,235'],
  [9_999, '9,999'],
  [9_999.4, '9,999'],
  [9_999.6, '10 k'],
  [10_000, '10 k'],
  [12_345, '12.3 k'],
  [999_499, '999 k'],
  [999_600, '1 M'],
  [1_284_530, '1.28 M'],
  [2_419_334_018, '2.42 G'],
  [1e12, '1 T'],
  [1e15, '1 P'],
  [1e18, '1,000 P'],
  [-1, '−1'],
  [-12.34, '−12.3'],
  [-12_345, '−12.3 k'],
  [Number.NaN, '—'],
  [Number.POSITIVE_INFINITY, '—'],
  [Number.NEGATIVE_INFINITY, '—'],
  [null, '—'],
];

describe('numbers', () => {
  test.each(numbers)('%d is %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test.each([
    [1, 'percent', '1%'],
    [1, 'ratio', '100%'],
    [0.0121, 'ratio', '1.21%'],
    [843.2, 'milliseconds', '843 ms'],
    [12_300, 'milliseconds', '12.3 s'],
    [0.31, 'seconds', '310 ms'],
    [0, 'bytes', '0 B'],
    [1, '1 or 0', 'yes'],
    [0, '1 or 0', 'no'],
    [5_061.3, 'requests per minute', '5,061/min'],
    [234, 'keys', '234'],
    [null, 'percent', '—'],
  ])('%d in %s is %s', (value, unit, text) => {
    const quantity = formatQuantity(value, unit);
    expect(quantity.text + quantity.unit).toBe(text);
  });

  test.each([
    [110, 100, 'requests', '+10%'],
    [95.4, 100, 'requests', '−4.6%'],
    [100, 100, 'requests', '±0'],
    [1.4, 1.1, 'percent', '+0.3 pp'],
    [0.9, 0.87, 'ratio', '+3 pp'],
    [5, 0, 'requests', ''],
    [null, 5, 'requests', ''],
    [5, undefined, 'requests', ''],
  ])('from %d, before %d, in %s, changed by %s', (value, before, unit, text) => {
    expect(formatChange(value, before, unit)).toBe(text);
  });

  test.each([
    [0.4, '0 s'],
    [89, '89 s'],
    [90, '2 min'],
    [5_400, '2 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });
});

describe('times', () => {
  const evening = Date.UTC(2026, 10, 22, 23, 5, 9);

  test('have 24 hours, seconds where they matter, and ISO dates', () => {
    expect(formatSeconds(evening, 'utc')).toBe('23:05:09');
    expect(formatDateTime(evening, 'utc')).toBe('2026-11-22 23:05');
    expect(formatDateTime(Date.UTC(2026, 10, 22, 0, 5), 'utc')).toBe('2026-11-22 00:05');
  });
});

test('names show control and direction characters', () => {
  expect(visibleName('a\u202Eb\u0000c\u200Bd🦜é')).toBe('a\\u202eb\\u0000c\\u200bd🦜é');
});

describe('the history that a page has received', () => {
  const noon = Date.UTC(2026, 10, 22, 12);
  const columns = (timestamps: number[], states: string, values: (number | null)[]) => ({
    recorded_since: timestamps[0]!,
    timestamps,
    values: { rate: values },
    states: { openai: states },
  });

  test('is merged by evaluation timestamp, so that replicas make one', () => {
    const one = mergeHistory(noHistory, columns([noon, noon + 10_000], 'hh', [1, 3]));
    const both = mergeHistory(one, columns([noon + 5_000, noon + 10_000], 'hx', [2, 3]));
    expect(both.points.map(({ values }) => values['rate'])).toEqual([1, 2, 3]);
    expect(both.points.at(-1)?.states).toEqual({ openai: 'x' });
  });

  test('is bounded, and a short outage does not get lost in it', () => {
    let history = noHistory;
    for (let index = 0; index < 3_000; index += 1) {
      history = mergeHistory(history, columns([noon + index * 5_000], index === 2_400 ? 'x' : 'h', [index]));
    }
    expect(history.points.length).toBeLessThanOrEqual(361);
    expect(history.points.some(({ states }) => states['openai'] === 'x')).toBe(true);
    expect(history.points.at(-1)!.timestamp - history.points[0]!.timestamp).toBeLessThanOrEqual(7_200_000);
  });

  test('has gaps where nothing was recorded for more than two steps', () => {
    const timestamps = [0, 1, 2, 3, 13, 14, 15].map((minute) => noon + 60_000 * minute);
    const history = mergeHistory(noHistory, columns(timestamps, 'hhddddd', [1, 1, 1, 1, 1, 1, 1]));
    const minutes = segmentsOf(history, 'openai', noon + 16 * 60_000).map(({ state, from, to }) => [
      state,
      (from - noon) / 60_000,
      (to - noon) / 60_000,
    ]);
    expect(minutes).toEqual([
      ['h', 0, 2],
      ['d', 2, 5],
      ['-', 5, 13],
      ['d', 13, 16],
    ]);
  });
});
