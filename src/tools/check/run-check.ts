import type { Scope } from '../../catalogue/compile.js';
import { GatewayzMetricsError } from '../../errors.js';
import type { CheckedCatalogue } from './checked-catalogue.js';
import { checkDashboards } from './dashboards/check-dashboards.js';
import { diagnoseReasons, diagnoseValues, findingsWithoutSummary } from './diagnose/diagnose-values.js';
import type { PrometheusApi } from './diagnose/prometheus-api.js';
import { SourceFacts } from './diagnose/source-facts.js';
import type { CheckReport, Criterion, Finding } from './report.js';
import { checkErrors } from './service/check-errors.js';
import { checkFreshness, ownNames, type RefreshSettings } from './service/check-freshness.js';
import type { Load } from './service/check-handling-time.js';
import { compareValues } from './service/compare-values.js';
import { measureHandlingTimes } from './service/measure-handling-times.js';
import { type EndpointResults, failureText, probeEndpoints } from './service/probe-endpoints.js';
import { readSummary, type Summary } from './service/read-summary.js';
import { isFailure, type ServiceClient } from './service/service-client.js';
import { scrapeService } from './service/service-metrics.js';

export interface CheckOptions {
  readonly load: Load;
  /** Whether metrics that the gateway does not export, and values without anything to measure yet, fail the check too. */
  readonly strict: boolean;
  readonly refresh: RefreshSettings;
  /** Whether the service reads recorded rates. */
  readonly recorded: boolean;
  readonly catalogue: CheckedCatalogue;
  /** Used where the service does not report its own. */
  readonly scope: Scope;
  /** Files and folders of Grafana dashboards. */
  readonly dashboards: readonly string[];
  /** Without handling times, which take thousands of requests. */
  readonly quick: boolean;
}

export interface CheckContext {
  readonly service: ServiceClient;
  /** The Prometheus behind it; undefined without access to one. */
  readonly prometheus: PrometheusApi | undefined;
  readonly progress: (line: string) => void;
}

/** Checks everything once. Rejects only with the reason of `signal`; problems are in the report. */
export async function runCheck(
  context: CheckContext,
  options: CheckOptions,
  signal: AbortSignal,
): Promise<CheckReport> {
  const { service, prometheus, progress } = context;
  const { catalogue } = options;
  progress('endpoints');
  const before = await scrapeService(service, signal);
  const endpoints = await probeEndpoints(service, catalogue, signal);
  if (endpoints.unreachable) {
    const { status, ...failure } = endpoints.unreachable;
    const service = { id: 'service', ok: false, value: status, budget: 200, detail: failureText(failure) };
    const { criteria, ...dashboards } = await runDashboards(context, options, options.scope);
    return { ...dashboards, ok: false, criteria: [service, ...criteria], missing: [] };
  }
  const answering = new Set(
    endpoints.criteria.filter(({ value }) => value === 200).map(({ id }) => id.replace(/^endpoint\./, '')),
  );
  const times = options.quick
    ? []
    : await measureHandlingTimes(service, catalogue.endpoints, options.load, answering, progress, signal);

  progress('values');
  const summary = answering.has('summary') ? await summaryOf(service, catalogue, signal) : undefined;
  const after = answering.has('scrape') ? await scrapeService(service, signal) : undefined;
  const upstreamUp = after?.value(ownNames.upstreamUp);
  const integration = await compareValues({
    summary,
    failure: endpoints.failure?.cause,
    again: () => summaryOf(service, catalogue, signal),
    fields: catalogue.fields,
    docs: endpoints.docs,
    api: prometheus,
    upstreamUp: upstreamUp === undefined ? undefined : upstreamUp === 1,
    recorded: options.recorded,
  });
  const scope = endpoints.docs?.scope ?? options.scope;
  const findings = await findProblems(endpoints, summary, scope, prometheus, catalogue);
  const dashboards = await runDashboards(context, options, scope);
  const ofValues = [
    checkFreshness(summary, after, options.refresh),
    integration,
    checkErrors(before, answering.has('scrape') ? await scrapeService(service, signal) : undefined),
  ];
  const ofFindings = findingCriteria(findings, options.strict);
  const criteria = [
    ...endpoints.criteria,
    ...(endpoints.failure ? [...ofValues, ...ofFindings].map(withoutSummary) : ofValues),
    ...times,
    ...(endpoints.failure ? [] : ofFindings),
    ...dashboards.criteria,
  ];
  return {
    ...dashboards,
    ok: criteria.every(({ ok }) => ok),
    criteria,
    missing: findings.map(({ field, cause, fix }) => ({ field, cause, fix })),
  };
}

/** Not checked: the failure of `/summary` is reported already. */
function withoutSummary({ id, budget }: Criterion): Criterion {
  return { id, ok: true, value: null, budget, detail: 'not checked: there is no summary', level: 'skip' };
}

/** Checks only dashboards, on a Prometheus without this service. Rejects only with the reason of a signal. */
export async function runDashboardCheck(
  context: Pick<CheckContext, 'prometheus' | 'progress'>,
  options: Pick<CheckOptions, 'dashboards' | 'strict' | 'scope' | 'catalogue'>,
): Promise<CheckReport> {
  const part = await runDashboards(context, options, options.scope);
  return { ...part, ok: part.criteria.every(({ ok }) => ok), missing: [] };
}

async function summaryOf(
  service: ServiceClient,
  { summaryFields }: CheckedCatalogue,
  signal: AbortSignal,
): Promise<Summary | undefined> {
  const response = await service.get('/summary', signal);
  if (isFailure(response) || response.status !== 200) return undefined;
  const summary = readSummary(response.body, summaryFields);
  return 'problems' in summary ? undefined : summary;
}

async function findProblems(
  endpoints: EndpointResults,
  summary: Summary | undefined,
  scope: Scope,
  prometheus: PrometheusApi | undefined,
  catalogue: CheckedCatalogue,
): Promise<readonly Finding[]> {
  const known = summary ?? endpoints.summary;
  if (!known) {
    const failure = endpoints.failure ?? { cause: 'the summary cannot be read', fix: 'update the service' };
    return findingsWithoutSummary(failure, prometheus, catalogue);
  }
  // With any value, the selector is right, and what is missing is not exported.
  const selected = scope.selector.length > 0 && !hasValue(known);
  if (!prometheus) return diagnoseReasons(known, selected);
  try {
    const facts = new SourceFacts(prometheus, scope, Date.parse(known.timestamp), catalogue);
    return await diagnoseValues(known, endpoints.families, facts);
  } catch (error) {
    // The criterion `integration` reports that Prometheus failed.
    if (error instanceof GatewayzMetricsError) return diagnoseReasons(known, selected);
    throw error;
  }
}

function hasValue({ metrics }: Summary): boolean {
  return Object.values(metrics).some((fields) => Object.values(fields).some((value) => value !== 'N/A'));
}

function findingCriteria(findings: readonly Finding[], strict: boolean): readonly Criterion[] {
  const named = (some: readonly Finding[]): string => {
    const names = [...new Set(some.map(({ field }) => field))];
    return names.slice(0, 6).join(', ') + (names.length > 6 ? ` and ${names.length - 6} more` : '');
  };
  const problems = findings.filter(({ severity }) => severity === 'problem');
  const notExported = findings.filter(({ severity }) => severity === 'not_exported');
  const idle = findings.filter(({ severity }) => severity === 'idle');
  const judge = (id: string, some: readonly Finding[], fails: boolean, what: string): Criterion => ({
    id,
    ok: some.length === 0 || !fails,
    value: some.length,
    budget: fails ? 0 : null,
    detail: some.length === 0 ? 'none' : `${what}: ${named(some)}`,
  });
  return [
    judge('values', problems, true, 'missing or wrong'),
    judge('values.not_exported', notExported, strict, 'not exported by the gateway'),
    judge('values.idle', idle, strict, 'nothing to measure yet'),
  ];
}

type DashboardPart = Pick<CheckReport, 'criteria' | 'dashboards' | 'missingNames'>;

async function runDashboards(
  { prometheus, progress }: Pick<CheckContext, 'prometheus' | 'progress'>,
  { dashboards: paths, strict, catalogue }: Pick<CheckOptions, 'dashboards' | 'strict' | 'catalogue'>,
  scope: Scope,
): Promise<DashboardPart> {
  if (paths.length === 0) return { criteria: [], dashboards: [] };
  const { criteria, reports, missingNames } = await checkDashboards(paths, {
    prometheus,
    scope,
    catalogue,
    strict,
    progress,
  });
  return { criteria, dashboards: reports, missingNames };
}
