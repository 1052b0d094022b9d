export {
  type ExpositionFormat,
  type ParsedFamily,
  type ParsedSample,
  parseExposition,
} from '../../src/check/parse-exposition.js';
