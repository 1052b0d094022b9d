import type { CompiledRow } from '../../../catalogue/compile.js';
import { GatewayzMetricsError } from '../../../errors.js';
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
import { plainCatalogue } from './known-metrics.js';
import type { PrometheusApi } from './prometheus-api.js';
import type { SourceFacts } from './source-facts.js';

const { rows, fields } = plainCatalogue;
const shownBy = new Map(fields.map((field) => [field.row, `${field.section}.${field.field}`]));

/** What a row is called in a report: the first field of the summary that shows it, or its family. */
function nameOf(row: string): string {
  const field = fields.find((candidate) => candidate.row === row);
  return field ? `${field.section}.${field.field}` : row;
}

/**
 * Findings for every field that Prometheus fills, where the summary as a whole is not there.
 *
 * @param prometheus undefined where none is at hand
 */
export async function findingsWithoutSummary(
  silence: RequestFailure,
  prometheus: PrometheusApi | undefined,
): Promise<readonly Finding[]> {
  const { cause } = silence;
  const better = /PROMETHEUS_URL/.test(silence.fix) && prometheus ? await addressOf(prometheus) : undefined;
  const fix = better === undefined ? silence.fix : `PROMETHEUS_URL=${better}, in the environment of the service`;
  return fields
    .filter(({ section }) => section !== 'health')
    .map(({ section, field }) => ({ field: `${section}.${field}`, severity: 'problem', cause, fix }));
}

/** Where Prometheus answers us; undefined where it does not. */
async function addressOf(prometheus: PrometheusApi): Promise<string | undefined> {
  try {
    await prometheus.instant('1', Date.now());
    return prometheus.source.replace(/^Prometheus at /, '');
  } catch (error) {
    if (error instanceof GatewayzMetricsError) return undefined;
    throw error;
  }
}

/** What the service's own sentences about missing values come to. */
export function diagnoseReasons({ missing }: Summary, selected: boolean): readonly Finding[] {
  return Object.entries(missing).map(([field, sentence]) => ({ field, ...diagnoseReason(sentence, selected) }));
}

/**
 * Why values are missing, and which of the others are wrong, from what Prometheus has. Rejects as `PrometheusApi` does.
 *
 * @param families names of the families in `/all`; undefined where they are not known
 */
export async function diagnoseValues(
  { missing }: Summary,
  families: readonly string[] | undefined,
  facts: SourceFacts,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const explained = new Set<string>();
  for (const { section, field, row } of fields) {
    const name = `${section}.${field}`;
    const sentence = missing[name];
    if (sentence === undefined) continue;
    const source = rows.get(row);
    const selected = facts.scope.selector.length > 0;
    const diagnosis = source ? await diagnoseRow(source, sentence, facts) : diagnoseReason(sentence, selected);
    findings.push({ field: name, ...diagnosis });
    explained.add(row);
  }
  const unseen = [...rows.values()].filter(({ id }) => !shownBy.has(id) && families && !families.includes(id));
  for (const row of unseen) {
    findings.push({ field: row.id, ...(await diagnoseRow(row, sentenceOf(row), facts)) });
    explained.add(row.id);
  }
  const constant = await findConstantZero(facts);
  if (constant) findings.push({ field: 'providers.unavailable_providers', ...constant });
  return [...findings, ...(await mislabelled(explained, facts)), ...(await countedTwice(facts))];
}

/** For a family, of which the service tells no reason. */
function sentenceOf({ idle, metrics }: CompiledRow): string {
  return idle === undefined ? `no usable value of ${metrics.join(', ')}` : `${idle} in the last 5 minutes`;
}

/** Values that are there and mean something else, because a label has another name. */
async function mislabelled(explained: ReadonlySet<string>, facts: SourceFacts): Promise<readonly Finding[]> {
  const names = await facts.names(facts.scoped, facts.now);
  const findings: Finding[] = [];
  for (const row of rows.values()) {
    const existing = row.metrics.filter((metric) => names.has(metric));
    if (explained.has(row.id) || existing.length === 0) continue;
    const diagnosis = await diagnoseLabels(row, existing, facts);
    if (diagnosis) findings.push({ field: nameOf(row.id), ...diagnosis });
  }
  return findings;
}

/** Sums to which a process of the gateway, or our own output, contributes more than once. */
async function countedTwice(facts: SourceFacts): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const report = (diagnosis: Diagnosis, affected: (row: CompiledRow) => boolean) => {
    for (const row of rows.values()) {
      if (isSum(row) && affected(row)) findings.push({ field: nameOf(row.id), ...diagnosis });
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

/** Whether a series that is there twice makes the value larger: ratios, means and maxima stay as they are. */
function isSum({ promql }: CompiledRow): boolean {
  return Object.values(promql).some((text) => /^(?:60 \* \()?sum\b/.test(text) && !/ \/ |max by|bool/.test(text));
}
