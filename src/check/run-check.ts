import type { Scope } from '../catalogue/compile.js';
import { GatewayzMetricsError } from '../errors.js';
import { askEndpoints, type EndpointAnswers } from './ask-endpoints.js';
import { checkDashboards } from './dashboards/check-dashboards.js';
import { examineSentences, examineSource, withoutSummary } from './examine.js';
import { measureHandlingTimes } from './handling-times.js';
import { judgeErrors } from './judge-errors.js';
import { judgeFreshness, ownNames, type RefreshSettings } from './judge-freshness.js';
import type { Load } from './judge-handling-time.js';
import { judgeIntegration } from './judge-integration.js';
import type { PrometheusApi } from './prometheus-api.js';
import { readSummary, type Summary } from './read-summary.js';
import type { CheckReport, Criterion, DashboardReport, Finding } from './report.js';
import { isSilence, type ServiceClient } from './service-client.js';
import { scrapeService } from './service-metrics.js';
import { SourceFacts } from './source-facts.js';

export interface CheckOptions {
  readonly load: Load;
  /** Also what the gateway never writes, and what had nothing to measure, fails the check. */
  readonly strict: boolean;
  readonly refresh: RefreshSettings;
  /** Whether the service reads recorded rates. */
  readonly recorded: boolean;
  /** Assumed where the service does not tell its own. */
  readonly scope: Scope;
  /** Folder of Grafana dashboards. */
  readonly dashboards: string | undefined;
}

export interface CheckedParties {
  readonly service: ServiceClient;
  /** The Prometheus behind it; undefined where none is at hand. */
  readonly prometheus: PrometheusApi | undefined;
  readonly progress: (line: string) => void;
}

/** Checks everything once. Rejects only with the reason of `signal`; whatever is wrong is told in the report. */
export async function runCheck(
  parties: CheckedParties,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<CheckReport> {
  const { service, prometheus, progress } = parties;
  progress('endpoints');
  const before = await scrapeService(service, signal);
  const answers = await askEndpoints(service, signal);
  const answering = new Set(
    answers.criteria.filter(({ value }) => value === 200).map(({ id }) => id.replace(/^endpoint\./, '')),
  );
  const times = await measureHandlingTimes(service, options.load, answering, progress, signal);

  progress('values');
  const summary = answering.has('summary') ? await summaryOf(service, signal) : undefined;
  const after = answering.has('scrape') ? await scrapeService(service, signal) : undefined;
  const upstreamUp = after?.value(ownNames.upstreamUp);
  const integration = await judgeIntegration({
    summary,
    refusal: answers.refusal?.cause,
    again: () => summaryOf(service, signal),
    docs: answers.docs,
    api: prometheus,
    upstreamUp: upstreamUp === undefined ? undefined : upstreamUp === 1,
    recorded: options.recorded,
  });
  const scope = answers.docs?.scope ?? options.scope;
  const findings = await examine(answers, summary, scope, prometheus);
  const dashboards = await examineDashboards(parties, options, scope);
  const criteria = [
    ...answers.criteria,
    judgeFreshness(summary, after, options.refresh),
    integration,
    judgeErrors(before, answering.has('scrape') ? await scrapeService(service, signal) : undefined),
    ...times,
    ...judgeFindings(findings, options.strict),
    ...dashboards.criteria,
  ];
  return {
    ok: criteria.every(({ ok }) => ok),
    criteria,
    missing: findings.map(({ field, cause, fix }) => ({ field, cause, fix })),
    dashboards: dashboards.reports,
  };
}

async function summaryOf(service: ServiceClient, signal: AbortSignal): Promise<Summary | undefined> {
  const answer = await service.get('/summary', signal);
  if (isSilence(answer) || answer.status !== 200) return undefined;
  const summary = readSummary(answer.body);
  return 'faults' in summary ? undefined : summary;
}

async function examine(
  answers: EndpointAnswers,
  summary: Summary | undefined,
  scope: Scope,
  prometheus: PrometheusApi | undefined,
): Promise<readonly Finding[]> {
  const known = summary ?? answers.summary;
  if (!known) {
    const silence = answers.refusal ?? { cause: 'the summary cannot be read', fix: 'update the service' };
    return withoutSummary(silence, prometheus);
  }
  const selected = scope.selector.length > 0;
  if (!prometheus) return examineSentences(known, selected);
  try {
    const facts = new SourceFacts(prometheus, scope, Date.parse(known.timestamp));
    return await examineSource(known, answers.families, facts);
  } catch (error) {
    // The criterion `integration` tells that it cannot be asked.
    if (error instanceof GatewayzMetricsError) return examineSentences(known, selected);
    throw error;
  }
}

function judgeFindings(findings: readonly Finding[], strict: boolean): readonly Criterion[] {
  const named = (some: readonly Finding[]): string => {
    const names = [...new Set(some.map(({ field }) => field))];
    return names.slice(0, 6).join(', ') + (names.length > 6 ? ` and ${names.length - 6} more` : '');
  };
  const faults = findings.filter(({ severity }) => severity === 'fault');
  const unwritten = findings.filter(({ severity }) => severity === 'unwritten');
  const idle = findings.filter(({ severity }) => severity === 'idle');
  const judge = (id: string, some: readonly Finding[], fails: boolean, what: string): Criterion => ({
    id,
    ok: some.length === 0 || !fails,
    value: some.length,
    budget: fails ? 0 : null,
    detail: some.length === 0 ? 'none' : `${what}: ${named(some)}`,
  });
  return [
    judge('values', faults, true, 'missing or wrong'),
    judge('values.unwritten', unwritten, strict, 'the gateway writes no such metric'),
    judge('values.idle', idle, strict, 'nothing happened that could be measured'),
  ];
}

async function examineDashboards(
  { prometheus, progress }: CheckedParties,
  { dashboards: folder, strict }: CheckOptions,
  scope: Scope,
): Promise<{ readonly criteria: readonly Criterion[]; readonly reports: readonly DashboardReport[] }> {
  if (folder === undefined) return { criteria: [], reports: [] };
  return checkDashboards(folder, { prometheus, scope, strict, progress });
}
