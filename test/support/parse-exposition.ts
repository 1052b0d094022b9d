export {
  type ExpositionFormat,
  type ParsedFamily,
  type ParsedSample,
  parseExposition,
} from '../../src/tools/check/service/parse-exposition.js';
