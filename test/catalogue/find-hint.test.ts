import { expect, test } from 'vitest';
import { findHint } from '../../src/catalogue/find-hint.js';

const presets = ['gatewayz'];
const names = (...given: readonly string[]) => new Set(given);

test.each([
  [
    'a target that is down',
    names(),
    [{ job: 'gateway', instance: 'gw:8000' }],
    'The scrape target gw:8000 (job "gateway") is down.',
  ],
  [
    'metrics of another gateway',
    names('up', 'litellm_requests_total'),
    [],
    'Prometheus has litellm_* metrics: set METRICS_PRESET=litellm',
  ],
  [
    'metrics of an engine',
    names('vllm:num_requests_running'),
    [],
    'Prometheus has vllm:* metrics: set METRICS_PRESET=vllm',
  ],
  ['no metrics at all', names(), [], 'Prometheus has no metrics of your gateway: check its scrape configuration.'],
  ['metrics of the preset in use', names('fastapi_requests_total'), [], undefined],
  ['names that are not known', undefined, [], undefined],
])('the hint for %s', (_name, known, down, hint) => {
  expect(findHint({ names: known, down, presets })).toBe(hint);
});
