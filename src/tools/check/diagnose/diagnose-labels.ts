import type { CompiledRow } from '../../../catalogue/compile.js';
import { nearestName } from '../../../settings/nearest-name.js';
import { type Diagnosis, listed } from './diagnosis.js';
import { requiredLabels } from './required-labels.js';
import type { SourceFacts } from './source-facts.js';

/** Labels that Prometheus sets itself. */
const ofScrape = ['job', 'instance', 'le', 'quantile'];

/**
 * The problem when every metric of a row lacks a label that the row needs; undefined if one has them all.
 * Rejects as `PrometheusApi` does.
 *
 * @param metrics those of the row that exist under the base selector
 */
export async function diagnoseLabels(
  row: CompiledRow,
  metrics: readonly string[],
  facts: SourceFacts,
): Promise<Diagnosis | undefined> {
  let first: Diagnosis | undefined;
  for (const metric of metrics) {
    const has = await facts.labelNames(metric, facts.scoped, facts.now);
    const required = requiredLabels(row, metric, facts.catalogue);
    const lacks = [...required].find((label) => !has.includes(label));
    if (lacks === undefined) return undefined;
    first ??= lackingLabel(metric, lacks, has, required);
  }
  return first;
}

function lackingLabel(metric: string, label: string, has: readonly string[], required: ReadonlySet<string>): Diagnosis {
  const own = has.filter((name) => !ofScrape.includes(name));
  const candidates = own.filter((name) => !required.has(name));
  const isPart = (name: string): boolean => `_${name}_`.includes(`_${label}_`) || `_${label}_`.includes(`_${name}_`);
  const meant = nearestName(label, candidates) ?? candidates.find(isPart);
  const instead = own.length === 0 ? 'has none at all' : `has ${listed(own)}`;
  return {
    severity: 'problem',
    cause: `${metric} has other labels than expected: not "${label}"; it ${instead}`,
    fix:
      meant === undefined
        ? `add the label ${label} to ${metric} in the gateway`
        : `in the scrape job: metric_relabel_configs: [{source_labels: [${meant}], target_label: ${label}}]; or rename the label in the gateway`,
  };
}
