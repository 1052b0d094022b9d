import type { CompiledRow } from '../../../catalogue/compile.js';
import type { Cause } from '../../../model.js';
import { quotePromql } from '../../../promql/string-literal.js';
import { diagnoseAbsence, withoutSamples } from './diagnose-absence.js';
import { diagnoseLabels } from './diagnose-labels.js';
import { diagnoseReason, isUnusable } from './diagnose-reason.js';
import { type Diagnosis, jobList } from './diagnosis.js';
import { type SourceFacts, selectorOf } from './source-facts.js';

/**
 * Why a row of the catalogue has no value, from what Prometheus has. Rejects as `PrometheusApi` does.
 *
 * @param row without a scope
 * @param reason the service's own, with its sentence
 */
export async function diagnoseRow(
  row: CompiledRow,
  reason: Cause,
  sentence: string,
  facts: SourceFacts,
): Promise<Diagnosis> {
  const names = await facts.names(facts.scoped, facts.now);
  const existing = row.metrics.filter((metric) => names.has(metric));
  if (existing.length === 0) return diagnoseAbsence(row.metrics, facts);

  const counts = await Promise.all(existing.map((metric) => facts.count(selectorOf(metric, facts.scoped))));
  const present = existing.filter((_, index) => counts[index]! > 0);
  const [stopped] = existing;
  if (present.length === 0 && stopped !== undefined) return withoutSamples(stopped, facts);

  const labels = await diagnoseLabels(row, existing, facts);
  if (labels) return labels;
  for (const metric of present) {
    const notANumber = await diagnoseNaN(metric, facts);
    if (notANumber) return notANumber;
  }
  const diagnosis = diagnoseReason(reason, sentence, facts.scope.selector.length > 0);
  return isUnusable(reason.code) ? unusable(diagnosis, present, facts) : diagnosis;
}

/** Samples of the metric that are no numbers: their sums are none either. */
async function diagnoseNaN(metric: string, facts: SourceFacts): Promise<Diagnosis | undefined> {
  // Quantiles of a summary are NaN while nothing happens.
  const series = selectorOf(metric, [...facts.scoped, { label: 'quantile', op: '=', value: '' }]);
  for (const [broken, what] of [
    [`${series} != ${series}`, 'NaN'],
    [`abs(${series}) == Inf`, 'infinite'],
  ]) {
    const byJob = await facts.vector(`count by (job) (${broken})`);
    if (byJob.length === 0) continue;
    const count = byJob.reduce((sum, { value }) => sum + Number(value), 0);
    const all = await facts.count(series);
    const jobs = byJob.map(({ labels }) => labels['job'] ?? '');
    return {
      severity: 'problem',
      cause: `${metric} is ${what} in ${count < all ? `${count} of` : 'all'} ${all} series of ${jobList(jobs)}`,
      fix: `do not export ${metric} while it has no value; query ${broken} to see where`,
    };
  }
  return undefined;
}

/** For metrics with samples of which none is usable: shows one of them. */
async function unusable(diagnosis: Diagnosis, present: readonly string[], facts: SourceFacts): Promise<Diagnosis> {
  const [metric] = present;
  if (metric === undefined) return diagnosis;
  const series = selectorOf(metric, facts.scoped);
  const [example] = await facts.vector(`topk(1, ${series})`);
  if (!example) return diagnosis;
  const labels = Object.entries(example.labels).map(([label, value]) => `${label}=${quotePromql(value)}`);
  return {
    severity: 'problem',
    cause: `${diagnosis.cause}: for example ${metric}{${labels.join(',')}} ${example.value}`,
    fix: `export the values that /docs describes for ${metric}; query ${series} for the actual ones`,
  };
}
