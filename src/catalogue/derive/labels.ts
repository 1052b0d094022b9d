import { GatewayzMetricsError } from '../../errors.js';
import type { Labels, Metric } from '../../model.js';

/**
 * The metrics with the labels that the family declares, in that order; an empty label is none.
 *
 * @throws GatewayzMetricsError `upstream_invalid` when two metrics have the same labels: no PromQL engine answers so.
 */
export function withLabels(metrics: readonly Metric[], names: readonly string[], row: string): readonly Metric[] {
  const seen = new Set<string>();
  return metrics.map((metric) => {
    const key = labelKey(metric.labels, names);
    if (seen.has(key)) {
      throw new GatewayzMetricsError(
        'upstream_invalid',
        `Prometheus answered ${row} with the same series twice: ${JSON.stringify(names.map((name) => metric.labels[name] ?? ''))}`,
      );
    }
    seen.add(key);
    return { ...metric, labels: pickLabels(metric.labels, names) };
  });
}

/** The same text for the same values of these labels, and for no others. */
export function labelKey(labels: Labels, names: readonly string[]): string {
  let key = '';
  for (const name of names) {
    const value = labels[name] ?? '';
    key += `${value.length}:${value}`;
  }
  return key;
}

export function pickLabels(labels: Labels, names: readonly string[]): Labels {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = labels[name];
    if (value) picked[name] = value;
  }
  return picked;
}
