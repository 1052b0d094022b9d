import {
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type PrometheusContentType,
  type Registry,
} from 'prom-client';
import { GatewayzMetricsError } from '../errors.js';
import { contract, type MetricSpec } from './contract.js';

/** A prom-client registry of either format. */
export type MetricsRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

type Instrument<Spec extends MetricSpec> = Spec['type'] extends 'counter'
  ? Counter<Spec['labels'][number]>
  : Spec['type'] extends 'gauge'
    ? Gauge<Spec['labels'][number]>
    : Histogram<Spec['labels'][number]>;

/** The prom-client metrics of the contract, under its keys. */
export type Instruments = { readonly [Key in keyof typeof contract]: Instrument<(typeof contract)[Key]> };

/** Registers every metric of the contract. Throws `settings_invalid` when the registry has one of these names already. */
export function createInstruments(registry: MetricsRegistry): Instruments {
  const specs: [string, MetricSpec][] = Object.entries(contract);
  const taken = specs.map(([, spec]) => spec.name).filter((name) => registry.getSingleMetric(name) !== undefined);
  if (taken.length > 0) {
    throw new GatewayzMetricsError(
      'settings_invalid',
      `registry: expected one without the metrics of the kit, got one that has ${taken.join(', ')}`,
    );
  }
  return Object.fromEntries(specs.map(([key, spec]) => [key, createInstrument(spec, registry)])) as Instruments;
}

function createInstrument(spec: MetricSpec, registry: MetricsRegistry): Counter | Gauge | Histogram {
  const common = { name: spec.name, help: spec.help, labelNames: spec.labels, registers: [registry] };
  if (spec.type === 'counter') return new Counter(common);
  if (spec.type === 'gauge') return new Gauge(common);
  return new Histogram({ ...common, buckets: [...(spec.buckets ?? [])] });
}
