import type { Scope } from '../../../catalogue/compile.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import type { PrometheusApi } from '../diagnose/prometheus-api.js';
import { SourceFacts } from '../diagnose/source-facts.js';
import type { Criterion, DashboardReport, MissingNames, TargetReport } from '../report.js';
import { countResults } from './count-results.js';
import type { Dashboard } from './dashboard-file.js';
import { explainError } from './explain-error.js';
import { explainVariable } from './explain-variable.js';
import { listTargets } from './list-targets.js';
import { findMissingNames } from './missing-names.js';
import { type DashboardFile, readDashboards } from './read-dashboards.js';
import { type QueriedVariable, resolveVariables } from './resolve-variables.js';
import { noValues, runTarget, type TargetContext, type TargetVerdict } from './run-target.js';
import { timeRange } from './time-range.js';

export interface DashboardCheck {
  /** Undefined without access to one. */
  readonly prometheus: PrometheusApi | undefined;
  readonly scope: Scope;
  readonly catalogue: CheckedCatalogue;
  /** Whether every query without data fails, not only those that can never have any. */
  readonly strict: boolean;
  readonly progress: (line: string) => void;
}

export interface CheckedDashboards {
  readonly criteria: readonly Criterion[];
  readonly reports: readonly DashboardReport[];
  readonly missingNames: MissingNames;
}

/**
 * Runs every PromQL query of the dashboards in files and folders, and accounts for every other one. Rejects only with the reason
 * of a signal, or if a path cannot be read.
 */
export async function checkDashboards(paths: readonly string[], check: DashboardCheck): Promise<CheckedDashboards> {
  const { prometheus, progress, strict } = check;
  const fail = (detail: string, reports: readonly DashboardReport[] = []): CheckedDashboards => ({
    criteria: [{ id: 'dashboards', ok: false, value: null, budget: 0, detail }],
    reports,
    missingNames: { metrics: [], labels: [] },
  });
  if (!prometheus)
    return fail(
      'no Prometheus to run the queries in: the Prometheus API of the service is off, or not for this token; set --prometheus-url',
    );
  const files = (await Promise.all(paths.map(readDashboards))).flat();
  if (files.length === 0) return fail(`no dashboard in ${paths.join(', ')}`);

  const reports: DashboardReport[] = [];
  const promql: string[] = [];
  for (const [index, { file, content }] of files.entries()) {
    progress(`dashboards: ${file} (${index + 1} of ${files.length})`);
    const verdicts = 'problem' in content ? [unreadable(content.problem)] : await run(content, prometheus, check);
    promql.push(...verdicts.flatMap((verdict) => verdict.promql ?? []));
    const targets = verdicts.map(({ report, severity }) => ({
      ...report,
      fails: severity === 'problem' || (strict && severity !== undefined),
    }));
    reports.push({ file, title: titleOf(content), targets });
  }
  const targets = reports.flatMap((report) => report.targets);
  if (targets.every(({ result }) => result === 'skipped')) {
    return fail(`nothing to check: ${countResults(targets)}`, reports);
  }
  const failing = reports.flatMap(({ file, targets: own }) =>
    own
      .filter(({ fails }) => fails)
      .map(({ panel, refId }) => [`${file}:`, panel, refId].filter((part) => part !== '').join(' ')),
  );
  const shown = failing.slice(0, 3).join('; ') + (failing.length > 3 ? ` and ${failing.length - 3} more` : '');
  const detail = countResults(targets) + (failing.length === 0 ? '' : `; failing: ${shown}`);
  return {
    criteria: [{ id: 'dashboards', ok: failing.length === 0, value: failing.length, budget: 0, detail }],
    reports,
    missingNames: await findMissingNames(promql, new SourceFacts(prometheus, check.scope, Date.now(), check.catalogue)),
  };
}

function titleOf(content: DashboardFile['content']): string {
  return 'problem' in content ? '' : content.title;
}

function unreadable(problem: string): TargetVerdict {
  return { report: { panel: '', refId: '', expr: '', result: 'error', reason: problem }, severity: 'problem' };
}

async function run(
  dashboard: Dashboard,
  prometheus: PrometheusApi,
  { scope, catalogue }: DashboardCheck,
): Promise<readonly TargetVerdict[]> {
  const now = Date.now();
  const window = timeRange(dashboard.time, now);
  const facts = new SourceFacts(prometheus, scope, window.to, catalogue);
  const { values, queried } = await resolveVariables(dashboard, prometheus, window);
  const emptyVariables = new Set(
    queried
      .filter(({ outcome: { kind } }) => kind === 'empty' || kind === 'error')
      .map(({ variable: { name } }) => name),
  );
  const context: TargetContext = { dashboard, variables: values, emptyVariables, window, now, facts };
  const ofVariables = await Promise.all(queried.map((variable) => judgeVariable(variable, context)));
  const ofPanels = await Promise.all(listTargets(dashboard).map((target) => runTarget(target, context)));
  return [...ofVariables, ...ofPanels];
}

async function judgeVariable(
  { variable, query, outcome, promql }: QueriedVariable,
  context: TargetContext,
): Promise<TargetVerdict> {
  const target = { panel: `variable ${variable.name}`, refId: '', expr: query };
  const verdict = (
    result: TargetReport['result'],
    reason: string | null,
    severity?: TargetVerdict['severity'],
  ): TargetVerdict => ({
    report: { ...target, result, reason },
    severity,
    ...(promql !== undefined && { promql }),
  });
  switch (outcome.kind) {
    case 'data':
      return verdict('data', null);
    case 'skipped':
      return verdict('skipped', outcome.reason);
    case 'error':
      return verdict('error', explainError(outcome.error, outcome.text), 'problem');
    case 'empty': {
      if (outcome.filtered) {
        return verdict('empty', `its regular expression ${variable.regex} matches none of its values`, 'problem');
      }
      if (outcome.waitsFor.length > 0) return verdict('idle', noValues(outcome.waitsFor), 'idle');
      const { severity, reason } = await explainVariable(outcome.query, context);
      return verdict(severity === 'idle' ? 'idle' : 'empty', reason, severity);
    }
  }
}
