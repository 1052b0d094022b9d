import type { SeriesColor } from './panel.js';

/** Of HTTP status codes, by their class. */
export const statusCodeColors: readonly SeriesColor[] = [
  { names: '[123]..', color: 'green', shades: true },
  { names: '4..', color: 'orange', shades: true },
  { names: '5..', color: 'red', shades: true },
];

/** Of the outcomes of inference requests, of the Health Service's checks and of refreshes. */
export const outcomeColors: readonly SeriesColor[] = [
  { names: 'success', color: 'green' },
  { names: 'error|failure', color: 'red' },
  { names: 'timeout', color: 'orange' },
  { names: 'rate_limited|partial', color: 'yellow' },
  { names: 'unauthorized', color: 'purple' },
  { names: 'not_found', color: 'blue' },
];
