import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import type { Sample } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import type { FakePrometheus } from './fake-prometheus.js';

const catalogue = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker: undefined });

/** Every metric that any row reads. */
const everyMetric = [...new Set([...catalogue.rows.values()].flatMap(({ metrics }) => metrics))];

const labelValues: Readonly<Record<string, string>> = {
  le: '+Inf',
  quantile: '0.5',
  status: 'success',
  status_code: '200',
};

/** Makes a fake Prometheus know every metric of the contract: what it is asked for is one series of value 1 a label set. */
export function playWholeGateway(prometheus: FakePrometheus): void {
  prometheus.labels({ __name__: everyMetric, job: ['gateway'] });
  prometheus.answer((promql) => [oneSample(promql)]);
}

function oneSample(promql: string): Sample {
  const by = /\bby \(([^)]*)\)/.exec(promql)?.[1] ?? (promql.startsWith('provider_') ? 'provider' : '');
  const names = by.split(', ').filter((name) => name !== '');
  return { labels: Object.fromEntries(names.map((name) => [name, labelValues[name] ?? `a ${name}`])), value: '1' };
}
