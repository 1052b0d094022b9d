import type { SeriesColor } from './panel.js';

/** Colors of HTTP status codes, by class. */
export const statusCodeColors: readonly SeriesColor[] = [
  { pattern: '[123]..', color: 'green', shades: true },
  { pattern: '4..', color: 'orange', shades: true },
  { pattern: '5..', color: 'red', shades: true },
];

/** Colors of the outcomes of inference requests, health checks and refreshes. */
export const outcomeColors: readonly SeriesColor[] = [
  { pattern: 'success', color: 'green' },
  { pattern: 'error|failure', color: 'red' },
  { pattern: 'timeout', color: 'orange' },
  { pattern: 'rate_limited|partial', color: 'yellow' },
  { pattern: 'unauthorized', color: 'purple' },
  { pattern: 'not_found', color: 'blue' },
];
