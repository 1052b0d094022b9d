import { expect, test } from 'vitest';
import { retryAfterSeconds } from '../../src/prometheus/retry-after.js';

const noon = Date.UTC(2026, 10, 22, 12);

test.each([
  ['30', 30],
  [' 0 ', 0],
  ['3600', 3600],
  ['86400', 3600],
  ['9'.repeat(400), 3600],
  [new Date(noon + 90_000).toUTCString(), 90],
  [new Date(noon - 90_000).toUTCString(), 0],
  [new Date(noon + 1e9).toUTCString(), 3600],
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['30s', undefined],
])('Retry-After %j means %j seconds', (header, seconds) => {
  expect(retryAfterSeconds(header, noon)).toBe(seconds);
});
