export { seriesKey } from '../../src/check/check-family.js';
