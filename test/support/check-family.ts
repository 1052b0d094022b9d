export { seriesKey } from '../../src/tools/check/service/validate-family.js';
