import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStep, readTime } from '../../src/datasource/read-time.js';

const now = Date.UTC(2026, 10, 22, 12);

test.each([
  ['0', 0],
  ['1', 1000],
  ['-1', -1000],
  ['+1.5', 1500],
  ['.5', 500],
  ['5.', 5000],
  ['1e3', 1_000_000],
  ['1E-3', 1],
  ['1_000', 1_000_000],
  ['0x10p0', 16_000],
  ['-0x1.8p1', -3000],
  ['0X.8P0', 500],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
  ['2026-11-22T12:00:00Z', now],
  ['2026-11-22T13:00:00.5+01:00', now + 500],
  ['2026-11-22T12:00:00.123456789Z', now + 123],
  ['-292273086-05-16T16:47:06Z', Number.NEGATIVE_INFINITY],
  ['292277025-08-18T07:12:54.999999999Z', Number.POSITIVE_INFINITY],
  ['2026-11', Date.UTC(2026, 10)],
  ['now', now],
  ['now-1h', now - 3_600_000],
  ['-1h30m', now - 5_400_000],
  ['1h', now - 3_600_000],
  ['now+5m', now + 300_000],
])('the time %s is read', (text, expected) => {
  expect(readTime(text, now)).toEqual(expected);
});

test.each(['', 'abc', '1.2.3', '0x10', '1e', 'e5', '2026-99-99', 'now-', '-', '1 ', ' 1', 'tomorrow', '--1h'])(
  'the time "%s" is left to the upstream',
  (text) => {
    expect(readTime(text, now)).toBeUndefined();
  },
);

test.each([
  ['15', 15_000],
  ['0.5', 500],
  ['1h30m', 5_400_000],
  ['100ms', 100],
  ['0', 0],
  ['-15', -15_000],
  ['NaN', Number.NaN],
])('the step %s is read', (text, expected) => {
  expect(readStep(text)).toEqual(expected);
});

test.each(['', '1.5h', '5i', 'abc', '-1h'])('the step "%s" is left to the upstream', (text) => {
  expect(readStep(text)).toBeUndefined();
});

test('every number that JavaScript writes is read back', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (seconds) => {
      expect(readStep(String(seconds))).toBe(seconds * 1000 + 0);
    }),
  );
});
