import { expect, test } from 'vitest';
import { readLimits } from '../../src/datasource/limits.js';

test('the defaults are Prometheus’s own where it has one', () => {
  expect(readLimits()).toEqual({
    querySize: 16_384,
    points: 11_000,
    range: 366 * 86_400_000,
    answerSize: 64 * 1024 * 1024,
    timeout: 120_000,
    concurrency: 20,
    queue: 500,
    cacheFor: 3000,
    cacheSize: 16 * 1024 * 1024,
    rate: 30_000,
  });
});

test('durations, sizes and counts are given as in settings; undefined is the same as left out', () => {
  const { range, timeout, querySize, queue, points } = readLimits({
    range: '30d',
    timeout: 45,
    querySize: '4KiB',
    queue: 0,
    points: undefined,
  });
  expect({ range, timeout, querySize, queue, points }).toEqual({
    range: 30 * 86_400_000,
    timeout: 45_000,
    querySize: 4096,
    queue: 0,
    points: 11_000,
  });
});

test('all faults are told at once, with the name, what was expected and what came', () => {
  const wrong = { points: 0, timeout: 'soon', cacheFor: '2m', depth: 3 } as const;
  expect(() => readLimits(wrong)).toThrowError(
    expect.objectContaining({
      code: 'settings_invalid',
      message: expect.stringMatching(/depth: unknown limit.*points: expected .*, got .*0.*timeout: .*cacheFor: /s),
    }),
  );
});
