import type { Scope } from '../../../catalogue/compile.js';
import type { PrometheusApi } from '../diagnose/prometheus-api.js';
import { SourceFacts } from '../diagnose/source-facts.js';
import type { Criterion, DashboardReport } from '../report.js';
import type { Dashboard } from './dashboard-file.js';
import { explainEmpty } from './explain-empty.js';
import { explainError } from './explain-error.js';
import { listTargets } from './list-targets.js';
import { type DashboardFile, readDashboards } from './read-dashboards.js';
import { type AskedVariable, resolveVariables } from './resolve-variables.js';
import { runTarget, type TargetContext, type TargetVerdict } from './run-target.js';
import { timeRange } from './time-range.js';

export interface DashboardCheck {
  /** Undefined where none is at hand. */
  readonly prometheus: PrometheusApi | undefined;
  readonly scope: Scope;
  /** Whether every empty query fails, not only those that can never have data. */
  readonly strict: boolean;
  readonly progress: (line: string) => void;
}

export interface CheckedDashboards {
  readonly criteria: readonly Criterion[];
  readonly reports: readonly DashboardReport[];
}

/** Runs every PromQL of every dashboard below a folder. Rejects only with the reason of a signal, or if the folder cannot be read. */
export async function checkDashboards(folder: string, check: DashboardCheck): Promise<CheckedDashboards> {
  const { prometheus, progress } = check;
  const fail = (detail: string): CheckedDashboards => ({
    criteria: [{ id: 'dashboards', ok: false, value: null, budget: 0, detail }],
    reports: [],
  });
  if (!prometheus)
    return fail(
      'there is no Prometheus to run their queries in, and the Prometheus API of the service is off, or not for this token: give --prometheus-url',
    );
  const files = await readDashboards(folder);
  if (files.length === 0) return fail(`there is no dashboard below ${folder}`);

  const reports: DashboardReport[] = [];
  const verdicts: TargetVerdict[] = [];
  const failing: string[] = [];
  for (const [index, { file, content }] of files.entries()) {
    progress(`dashboards: ${file} (${index + 1} of ${files.length})`);
    const own = 'fault' in content ? [unreadable(content.fault)] : await runDashboard(content, prometheus, check.scope);
    const bad = own.filter(({ severity }) => severity === 'fault' || (check.strict && severity !== undefined));
    failing.push(...bad.map(({ report }) => `${file}: ${[report.panel, report.refId].filter(Boolean).join(' ')}`));
    verdicts.push(...own);
    reports.push({ file, title: titleOf(content), targets: own.map(({ report }) => report) });
  }
  const count = (result: string): number => verdicts.filter(({ report }) => report.result === result).length;
  const counts = ['data', 'empty', 'error', 'skipped'].map((result) => `${count(result)} ${result}`).join(', ');
  const shown = failing.slice(0, 3).join('; ') + (failing.length > 3 ? ` and ${failing.length - 3} more` : '');
  const detail = failing.length === 0 ? counts : `${counts}; failing: ${shown}`;
  const criterion = { id: 'dashboards', ok: failing.length === 0, value: failing.length, budget: 0, detail };
  return { criteria: [criterion], reports };
}

function titleOf(content: DashboardFile['content']): string {
  return 'fault' in content ? '' : content.title;
}

function unreadable(fault: string): TargetVerdict {
  return { report: { panel: '', refId: '', expr: '', result: 'error', reason: fault }, severity: 'fault' };
}

async function runDashboard(
  dashboard: Dashboard,
  prometheus: PrometheusApi,
  scope: Scope,
): Promise<readonly TargetVerdict[]> {
  const now = Date.now();
  const window = timeRange(dashboard.time, now);
  const facts = new SourceFacts(prometheus, scope, window.to);
  const { values, asked } = await resolveVariables(dashboard, prometheus, window);
  const context: TargetContext = { dashboard, variables: values, window, now, facts };
  const ofVariables = await Promise.all(asked.map((variable) => judgeVariable(variable, context)));
  const ofPanels = await Promise.all(listTargets(dashboard).map((target) => runTarget(target, context)));
  return [...ofVariables, ...ofPanels];
}

async function judgeVariable(
  { variable, query, outcome }: AskedVariable,
  context: TargetContext,
): Promise<TargetVerdict> {
  const target = { panel: `variable ${variable.name}`, refId: '', expr: query };
  switch (outcome.kind) {
    case 'data':
      return { report: { ...target, result: 'data', reason: null }, severity: undefined };
    case 'skipped':
      return { report: { ...target, result: 'skipped', reason: outcome.reason }, severity: undefined };
    case 'error': {
      const reason = explainError(outcome.error, outcome.text);
      return { report: { ...target, result: 'error', reason }, severity: 'fault' };
    }
    case 'empty': {
      const reason = `its own pattern ${variable.regex} leaves none of its values`;
      if (outcome.filtered) return { report: { ...target, result: 'empty', reason }, severity: 'fault' };
      if (outcome.promql === undefined) {
        return { report: { ...target, result: 'empty', reason: 'no series has such a label' }, severity: 'fault' };
      }
      const { facts, window } = context;
      const explained = await explainEmpty(outcome.promql, window, facts);
      return { report: { ...target, result: 'empty', reason: explained.reason }, severity: explained.severity };
    }
  }
}
