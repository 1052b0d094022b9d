import { displayText } from '../../display-text.js';
import { GatewayzMetricsError } from '../../errors.js';
import type { Labels, Metric } from '../../model.js';

/**
 * Reduces metrics to the labels that the family declares, in that order; empty labels are omitted.
 *
 * @throws {GatewayzMetricsError} upstream_invalid if two metrics have the same labels.
 */
export function withLabels(metrics: readonly Metric[], names: readonly string[], row: string): readonly Metric[] {
  const seen = new Set<string>();
  return metrics.map((metric) => {
    const key = labelKey(metric.labels, names);
    if (seen.has(key)) {
      throw new GatewayzMetricsError(
        'upstream_invalid',
        `Prometheus returned the same series twice for ${row}: ${displayText(JSON.stringify(names.map((name) => metric.labels[name] ?? '')), [], 300)}`,
      );
    }
    seen.add(key);
    return { ...metric, labels: pickLabels(metric.labels, names) };
  });
}

/** A key that is unique per combination of these labels' values. */
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
