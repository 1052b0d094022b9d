import type { CompiledRow } from '../../../catalogue/compile.js';
import { GatewayzMetricsError } from '../../../errors.js';
import type { Cause } from '../../../model.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import type { Finding } from '../report.js';
import type { RequestFailure } from '../service/explain-failure.js';
import type { Summary } from '../service/read-summary.js';
import { diagnoseLabels } from './diagnose-labels.js';
import { diagnoseReason } from './diagnose-reason.js';
import { diagnoseRow } from './diagnose-row.js';
import type { Diagnosis } from './diagnosis.js';
import { findConstantZero } from './find-constant-zero.js';
import { findDuplicateScrapes } from './find-duplicate-scrapes.js';
import { findReingestion } from './find-reingestion.js';
import type { PrometheusApi } from './prometheus-api.js';
import type { SourceFacts } from './source-facts.js';

/** Name of a row in a report: the first summary field that shows it, or its family. */
function nameOf(row: string, { fields }: CheckedCatalogue): string {
  const field = fields.find((candidate) => candidate.row === row);
  return field ? `${field.section}.${field.field}` : row;
}

/**
 * Findings for every field that Prometheus fills, when there is no summary.
 *
 * @param prometheus undefined without access to one
 */
export async function findingsWithoutSummary(
  failure: RequestFailure,
  prometheus: PrometheusApi | undefined,
  { fields }: CheckedCatalogue,
): Promise<readonly Finding[]> {
  const { cause } = failure;
  const better = /PROMETHEUS_URL/.test(failure.fix) && prometheus ? await addressOf(prometheus) : undefined;
  const fix = better === undefined ? failure.fix : `PROMETHEUS_URL=${better}, in the environment of the service`;
  return fields
    .filter(({ section }) => section !== 'health')
    .map(({ section, field }) => ({ field: `${section}.${field}`, severity: 'problem', cause, fix }));
}

/** The address of a Prometheus that responds; undefined if it does not. */
async function addressOf(prometheus: PrometheusApi): Promise<string | undefined> {
  try {
    await prometheus.instant('1', Date.now());
    return prometheus.source.replace(/^Prometheus at /, '');
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return undefined;
    throw error;
  }
}

/** Findings from the service's own reasons for missing values. */
export function diagnoseReasons({ missing, reasons }: Summary, selected: boolean): readonly Finding[] {
  return Object.entries(missing).map(([field, sentence]) => {
    return { field, ...diagnoseReason(reasons[field] ?? unknownReason, sentence, selected) };
  });
}

/**
 * Finds out from Prometheus why values are missing and which others are wrong. Rejects as `PrometheusApi` does.
 *
 * @param families names of the families in `/all`; undefined if unknown
 */
export async function diagnoseValues(
  { missing, reasons }: Summary,
  families: readonly string[] | undefined,
  facts: SourceFacts,
): Promise<readonly Finding[]> {
  const { rows, fields } = facts.catalogue;
  const findings: Finding[] = [];
  const explained = new Set<string>();
  for (const { section, field, row } of fields) {
    const name = `${section}.${field}`;
    const sentence = missing[name];
    if (sentence === undefined) continue;
    const source = rows.get(row);
    const selected = facts.scope.selector.length > 0;
    const reason = reasons[name] ?? unknownReason;
    const diagnosis = source
      ? await diagnoseRow(source, reason, sentence, facts)
      : diagnoseReason(reason, sentence, selected);
    findings.push({ field: name, ...diagnosis });
    explained.add(row);
  }
  const shown = new Set(fields.map(({ row }) => row));
  const unseen = [...rows.values()].filter(({ id }) => !shown.has(id) && families && !families.includes(id));
  for (const row of unseen) {
    const { reason, sentence } = reasonOf(row);
    findings.push({ field: row.id, ...(await diagnoseRow(row, reason, sentence, facts)) });
    explained.add(row.id);
  }
  const constant = await findConstantZero(facts);
  if (constant) findings.push({ field: 'providers.unavailable_providers', ...constant });
  return [...findings, ...(await mislabelled(explained, facts)), ...(await countedTwice(facts))];
}

const unknownReason: Cause = { code: 'not_refreshed', metrics: [] };

/** For a family: the service gives reasons for fields only. */
function reasonOf({ idle, metrics }: CompiledRow): { readonly reason: Cause; readonly sentence: string } {
  return idle === undefined
    ? { reason: { code: 'unusable_value', metrics }, sentence: `no usable value of ${metrics.join(', ')}` }
    : { reason: { code: 'idle', metrics }, sentence: `${idle} in the last 5 minutes` };
}

/** Values that are wrong because a label has another name. */
async function mislabelled(explained: ReadonlySet<string>, facts: SourceFacts): Promise<readonly Finding[]> {
  const names = await facts.names(facts.scoped, facts.now);
  const findings: Finding[] = [];
  for (const row of facts.catalogue.rows.values()) {
    const existing = row.metrics.filter((metric) => names.has(metric));
    if (explained.has(row.id) || existing.length === 0) continue;
    const diagnosis = await diagnoseLabels(row, existing, facts);
    if (diagnosis) findings.push({ field: nameOf(row.id, facts.catalogue), ...diagnosis });
  }
  return findings;
}

/** Sums to which a process of the gateway, or our own output, contributes more than once. */
async function countedTwice(facts: SourceFacts): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const report = (diagnosis: Diagnosis, affected: (row: CompiledRow) => boolean) => {
    for (const row of facts.catalogue.rows.values()) {
      if (isSum(row) && affected(row)) findings.push({ field: nameOf(row.id, facts.catalogue), ...diagnosis });
    }
  };
  for (const { metrics, diagnosis } of await findDuplicateScrapes(facts)) {
    report(diagnosis, (row) => row.metrics.some((metric) => metrics.has(metric)));
  }
  const feedback = await findReingestion(facts);
  if (feedback?.excluded) findings.push({ field: '/all', ...feedback.diagnosis });
  else if (feedback) report(feedback.diagnosis, () => true);
  return findings;
}

/** Whether a duplicated series increases the value; it does not for ratios, means and maxima. */
function isSum({ promql }: CompiledRow): boolean {
  return Object.values(promql).some((text) => /^(?:60 \* \(?)?sum\b/.test(text) && !/ \/ |max by|bool/.test(text));
}
