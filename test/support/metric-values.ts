import type { GatewayMetrics } from '../../src/instrument/index.js';

type Labels = Readonly<Record<string, string>>;
type Registered = Pick<GatewayMetrics, 'registry'>;

export interface RegisteredValue {
  /** Sample name: with `_bucket`, `_sum` or `_count` for a histogram. */
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** All samples of a metric in a registry. Throws when the metric is not registered. */
export async function metricValues({ registry }: Registered, metric: string): Promise<readonly RegisteredValue[]> {
  const { values } = (await registry.getSingleMetric(metric)?.get()) ?? {};
  if (values === undefined) throw new Error(`no metric ${metric} in the registry`);
  return values.map((sample) => ({
    name: 'metricName' in sample && typeof sample.metricName === 'string' ? sample.metricName : metric,
    labels: Object.fromEntries(Object.entries(sample.labels).map(([name, value]) => [name, String(value)])),
    value: sample.value,
  }));
}

/**
 * The sum of a metric's samples that have, at least, these labels, of a histogram those called `<metric><suffix>`;
 * `undefined` where there is none.
 */
export async function metricValue(
  instruments: Registered,
  metric: string,
  labels: Labels = {},
  suffix = '',
): Promise<number | undefined> {
  const found = (await metricValues(instruments, metric)).filter(
    (one) =>
      one.name === metric + suffix && Object.entries(labels).every(([name, value]) => one.labels[name] === value),
  );
  return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
}
