import {
  Counter,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type PrometheusContentType,
  type Registry,
} from 'prom-client';
import { GatewayzMetricsError } from '../errors.js';
import { type MetricSpec, metricSpecs } from './metric-specs.js';

/** A prom-client registry, in Prometheus or OpenMetrics format. */
export type MetricsRegistry = Registry<PrometheusContentType> | Registry<OpenMetricsContentType>;

type Instrument<Spec extends MetricSpec> = Spec['type'] extends 'counter'
  ? Counter<Spec['labels'][number]>
  : Spec['type'] extends 'gauge'
    ? Gauge<Spec['labels'][number]>
    : Histogram<Spec['labels'][number]>;

/** prom-client metrics, by their key in `metricSpecs`. */
export type Instruments = { readonly [Key in keyof typeof metricSpecs]: Instrument<(typeof metricSpecs)[Key]> };

/**
 * Registers every metric of `metricSpecs`.
 *
 * @throws {GatewayzMetricsError} settings_invalid when the registry already has one of the names
 */
export function createInstruments(registry: MetricsRegistry): Instruments {
  const specs: [string, MetricSpec][] = Object.entries(metricSpecs);
  const taken = specs.map(([, spec]) => spec.name).filter((name) => registry.getSingleMetric(name) !== undefined);
  if (taken.length > 0) {
    throw new GatewayzMetricsError(
      'settings_invalid',
      `registry: expected one without the metrics of gatewayz-metrics/instrument, got one with ${taken.join(', ')}`,
    );
  }
  return Object.fromEntries(specs.map(([key, spec]) => [key, createInstrument(spec, registry)])) as Instruments;
}

function createInstrument(spec: MetricSpec, registry: MetricsRegistry): Counter | Gauge | Histogram {
  const common = { name: spec.name, help: spec.help, labelNames: spec.labels, registers: [registry] };
  if (spec.type === 'counter') return new Counter(common);
  if (spec.type === 'gauge') return new Gauge({ ...common, aggregator: spec.aggregator ?? 'sum' });
  return new Histogram({ ...common, buckets: [...(spec.buckets ?? [])] });
}
