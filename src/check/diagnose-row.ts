import type { CompiledRow } from '../catalogue/compile.js';
import { diagnoseAbsence, withoutSamples } from './diagnose-absence.js';
import { diagnoseLabels } from './diagnose-labels.js';
import { diagnoseSentence } from './diagnose-sentence.js';
import { type Diagnosis, jobList } from './diagnosis.js';
import { type SourceFacts, selectorOf } from './source-facts.js';

/**
 * Why a row of the catalogue has no value, from what Prometheus has. Rejects as `PrometheusApi` does.
 *
 * @param row without a scope
 * @param sentence what the service says of it
 */
export async function diagnoseRow(row: CompiledRow, sentence: string, facts: SourceFacts): Promise<Diagnosis> {
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
  return diagnoseSentence(sentence, facts.scope.selector.length > 0);
}

/** Where every sample of the metric is NaN. */
async function diagnoseNaN(metric: string, facts: SourceFacts): Promise<Diagnosis | undefined> {
  const series = selectorOf(metric, facts.scoped);
  const [all, broken] = await Promise.all([facts.count(series), facts.count(`(${series} != ${series})`)]);
  if (broken < all) return undefined;
  const jobs = await facts.labelValues('job', metric, facts.scoped, facts.now);
  return {
    severity: 'fault',
    cause: `${metric} is NaN in all ${all} series of ${jobList(jobs)}`,
    fix: `let the gateway not write ${metric} as long as it has no value`,
  };
}
