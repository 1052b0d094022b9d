import type { Scope } from '../../catalogue/compile.js';
import { GatewayzMetricsError } from '../../errors.js';
import { checkDashboards } from './dashboards/check-dashboards.js';
import { diagnoseReasons, diagnoseValues, findingsWithoutSummary } from './diagnose/diagnose-values.js';
import type { PrometheusApi } from './diagnose/prometheus-api.js';
import { SourceFacts } from './diagnose/source-facts.js';
import type { CheckReport, Criterion, DashboardReport, Finding } from './report.js';
import { checkErrors } from './service/check-errors.js';
import { checkFreshness, ownNames, type RefreshSettings } from './service/check-freshness.js';
import type { Load } from './service/check-handling-time.js';
import { compareValues } from './service/compare-values.js';
import { measureHandlingTimes } from './service/measure-handling-times.js';
import { type EndpointResults, probeEndpoints } from './service/probe-endpoints.js';
import { readSummary, type Summary } from './service/read-summary.js';
import { isFailure, type ServiceClient } from './service/service-client.js';
import { scrapeService } from './service/service-metrics.js';

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

export interface CheckContext {
  readonly service: ServiceClient;
  /** The Prometheus behind it; undefined where none is at hand. */
  readonly prometheus: PrometheusApi | undefined;
  readonly progress: (line: string) => void;
}

/** Checks everything once. Rejects only with the reason of `signal`; whatever is wrong is told in the report. */
export async function runCheck(
  parties: CheckContext,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<CheckReport> {
  const { service, prometheus, progress } = parties;
  progress('endpoints');
  const before = await scrapeService(service, signal);
  const answers = await probeEndpoints(service, signal);
  const answering = new Set(
    answers.criteria.filter(({ value }) => value === 200).map(({ id }) => id.replace(/^endpoint\./, '')),
  );
  const times = await measureHandlingTimes(service, options.load, answering, progress, signal);

  progress('values');
  const summary = answering.has('summary') ? await summaryOf(service, signal) : undefined;
  const after = answering.has('scrape') ? await scrapeService(service, signal) : undefined;
  const upstreamUp = after?.value(ownNames.upstreamUp);
  const integration = await compareValues({
    summary,
    failure: answers.failure?.cause,
    again: () => summaryOf(service, signal),
    docs: answers.docs,
    api: prometheus,
    upstreamUp: upstreamUp === undefined ? undefined : upstreamUp === 1,
    recorded: options.recorded,
  });
  const scope = answers.docs?.scope ?? options.scope;
  const findings = await findProblems(answers, summary, scope, prometheus);
  const dashboards = await runDashboards(parties, options, scope);
  const criteria = [
    ...answers.criteria,
    checkFreshness(summary, after, options.refresh),
    integration,
    checkErrors(before, answering.has('scrape') ? await scrapeService(service, signal) : undefined),
    ...times,
    ...findingCriteria(findings, options.strict),
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
  if (isFailure(answer) || answer.status !== 200) return undefined;
  const summary = readSummary(answer.body);
  return 'faults' in summary ? undefined : summary;
}

async function findProblems(
  answers: EndpointResults,
  summary: Summary | undefined,
  scope: Scope,
  prometheus: PrometheusApi | undefined,
): Promise<readonly Finding[]> {
  const known = summary ?? answers.summary;
  if (!known) {
    const silence = answers.failure ?? { cause: 'the summary cannot be read', fix: 'update the service' };
    return findingsWithoutSummary(silence, prometheus);
  }
  const selected = scope.selector.length > 0;
  if (!prometheus) return diagnoseReasons(known, selected);
  try {
    const facts = new SourceFacts(prometheus, scope, Date.parse(known.timestamp));
    return await diagnoseValues(known, answers.families, facts);
  } catch (error) {
    // The criterion `integration` tells that it cannot be asked.
    if (error instanceof GatewayzMetricsError) return diagnoseReasons(known, selected);
    throw error;
  }
}

function findingCriteria(findings: readonly Finding[], strict: boolean): readonly Criterion[] {
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

async function runDashboards(
  { prometheus, progress }: CheckContext,
  { dashboards: folder, strict }: CheckOptions,
  scope: Scope,
): Promise<{ readonly criteria: readonly Criterion[]; readonly reports: readonly DashboardReport[] }> {
  if (folder === undefined) return { criteria: [], reports: [] };
  return checkDashboards(folder, { prometheus, scope, strict, progress });
}
