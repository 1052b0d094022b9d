import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createGatewayMetrics } from '../../src/instrument/index.js';
import { type MetricSpec, metricSpecs } from '../../src/instrument/metric-specs.js';
import { metricValues } from '../support/metric-values.js';
import { checkMetrics } from '../support/promtool.js';
import { recordEverything } from './record-everything.js';

const backend = new Map(
  readFileSync(new URL('../fixtures/backend-metrics.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([name = '', type = '', labels = '', buckets = '']) => [
      name,
      { type, labels: labels.split('|'), buckets: buckets === '' ? [] : buckets.split('|').map(Number) },
    ]),
);
const specs: readonly MetricSpec[] = Object.values(metricSpecs);
const ofBackend = specs.filter(({ name }) => !name.startsWith('gatewayz_instrument_'));

describe('the contract', () => {
  test.each(ofBackend.map((spec) => [spec.name, spec] as const))('declares %s as the backend does', (name, spec) => {
    const original = backend.get(name);
    expect(spec.labels).toEqual(original?.labels);
    if (name === 'database_query_duration_seconds') {
      // The one that is better than the backend's, whose summary has no quantiles.
      expect([original?.type, spec.type]).toEqual(['summary', 'histogram']);
      return;
    }
    expect(spec.type).toBe(original?.type);
    expect(spec.buckets ?? []).toEqual(original?.buckets);
  });

  test('is what a gateway that uses every call exports: nothing less, nothing else, with these labels and buckets', async () => {
    const instruments = createGatewayMetrics();
    recordEverything(instruments);
    expect(instruments.registry.getMetricsAsArray().map(({ name }) => name)).toEqual(specs.map(({ name }) => name));
    for (const { name, type, labels, buckets = [] } of specs) {
      const values = await metricValues(instruments, name);
      expect(values.length, name).toBeGreaterThan(0);
      for (const value of values) {
        const own = Object.keys(value.labels).filter((label) => label !== 'le');
        expect(own.sort(), name).toEqual([...labels].sort());
      }
      if (type !== 'histogram') continue;
      const bounds = new Set(values.flatMap(({ labels: { le } }) => (le === undefined ? [] : [le])));
      expect([...bounds], name).toEqual([...buckets.map(String), '+Inf']);
    }
  });

  test('is exported in a format that promtool parses', async () => {
    const instruments = createGatewayMetrics();
    recordEverything(instruments);
    instruments.recordInference({
      provider: 'quote " backslash \\ newline \n',
      model: 'ünï',
      status: 'success',
      seconds: 1,
    });
    const { contentType, body } = await instruments.metrics();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const verdict = await checkMetrics(body);
    expect([0, 3], verdict.output).toContain(verdict.code);
  });
});
