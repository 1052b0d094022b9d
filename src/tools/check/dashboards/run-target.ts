import { GatewayzMetricsError } from '../../../errors.js';
import { addMatchers } from '../../../promql/add-matchers.js';
import type { Matcher, MatchOp } from '../../../promql/matchers.js';
import { PromqlError } from '../../../promql/parse-promql.js';
import type { Window } from '../diagnose/prometheus-api.js';
import type { SourceFacts } from '../diagnose/source-facts.js';
import type { Severity, TargetReport } from '../report.js';
import type { Dashboard } from './dashboard-file.js';
import { datasourceKind } from './datasource-kind.js';
import { explainEmpty } from './explain-empty.js';
import { explainError } from './explain-error.js';
import { interpolate, referencesIn, type Variables } from './interpolate.js';
import type { DashboardTarget } from './list-targets.js';
import { queryStep } from './query-step.js';
import { panelRange } from './time-range.js';

/** What a query came to; `severity` where that is not data. */
export interface TargetVerdict {
  readonly report: TargetReport;
  readonly severity: Severity | undefined;
}

export interface TargetContext {
  readonly dashboard: Dashboard;
  readonly variables: Variables;
  readonly window: Window;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly facts: SourceFacts;
}

/** Runs one query of a panel or an annotation as Grafana does. Rejects only with the reason of a signal. */
export async function runTarget(target: DashboardTarget, of: TargetContext): Promise<TargetVerdict> {
  const context = { ...of, window: windowOf(target, of) };
  const { panel, refId, expr = '' } = target;
  const verdict = (result: TargetReport['result'], reason: string | null, severity?: Severity): TargetVerdict => ({
    report: { panel, refId, expr, result, reason },
    severity,
  });
  const kind = datasourceKind(target.datasource, context.dashboard);
  if (kind.kind === 'other') return verdict('skipped', kind.reason);
  if (expr.trim() === '') return verdict('skipped', 'it has no PromQL');

  let text = expr;
  let given: readonly string[] = [];
  try {
    for (const variables of repetitions(target.repeat, context.variables)) {
      text = textOf(target, variables, context);
      given = await valuesOf(text, target, variables, context);
      if (given.some((value) => value !== 'NaN')) return verdict('data', null);
    }
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    return verdict('error', [...undefinedIn(text), explainError(error, text)].join('\n'), 'fault');
  }
  // Which is drawn as nothing.
  if (given.length > 0) return verdict('empty', 'every value is NaN: it divides by zero, as without traffic', 'idle');
  const { facts, window } = context;
  const { severity, reason } = await explainEmpty(text, target.instant ? facts.now : window, facts);
  const undefinedHere = undefinedIn(text);
  return verdict('empty', [...undefinedHere, reason].join('\n'), undefinedHere.length > 0 ? 'fault' : severity);
}

/** A time of the panel's own counts only where the dashboard's is not a fixed one. */
function windowOf(target: DashboardTarget, { dashboard, window, now }: TargetContext): Window {
  const isFixed = dashboard.time?.from.startsWith('now') === false;
  return panelRange(window, isFixed ? { ...target, timeFrom: '' } : target, now);
}

/** A line about variables that are still there when all are filled in; the groups of `label_replace` are none. */
function undefinedIn(text: string): readonly string[] {
  const names = new Set(referencesIn(text).filter((name) => !/^(?:\d|__)/.test(name)));
  if (names.size === 0) return [];
  const shown = [...names].map((name) => `$${name}`).join(', ');
  return [`the dashboard defines no variable ${shown}`];
}

/** The variables as each copy of a repeated panel has them: one value of the variable that it is repeated for. */
function repetitions(names: readonly string[], variables: Variables): readonly Variables[] {
  return names.reduce<readonly Variables[]>(
    (copies, name) => {
      const resolved = variables.get(name);
      const values = resolved === undefined || typeof resolved.value === 'string' ? [] : resolved.value;
      if (resolved === undefined || values.length === 0) return copies;
      return copies.flatMap((copy) => values.map((value) => new Map([...copy, [name, { ...resolved, value }]])));
    },
    [variables],
  );
}

function stepOf(target: DashboardTarget, variables: Variables, { window }: TargetContext) {
  const { points, intervalFactor } = target;
  // `$__interval` as its own least step is none.
  const minStep = /\$\{?__/.test(target.minStep) ? '' : interpolate(target.minStep, variables);
  return queryStep({ window, points, minStep, intervalFactor });
}

function textOf(target: DashboardTarget, variables: Variables, context: TargetContext): string {
  const { variables: builtIn } = stepOf(target, variables, context);
  const text = interpolate(target.expr ?? '', new Map([...builtIn, ...variables]));
  const filters = adhocMatchers(context.dashboard);
  try {
    return filters.length === 0 ? text : addMatchers(text, filters);
  } catch (error) {
    // Prometheus says better what is wrong with it.
    if (error instanceof PromqlError) return text;
    throw error;
  }
}

function adhocMatchers({ templating }: Dashboard): readonly Matcher[] {
  const isOp = (text: string): text is MatchOp => ['=', '!=', '=~', '!~'].includes(text);
  return templating.list
    .filter(({ type }) => type === 'adhoc')
    .flatMap(({ filters }) => filters)
    .flatMap(({ key, operator, value }) => (isOp(operator) && key !== '' ? [{ label: key, op: operator, value }] : []));
}

async function valuesOf(
  text: string,
  target: DashboardTarget,
  variables: Variables,
  context: TargetContext,
): Promise<readonly string[]> {
  const { facts, window } = context;
  if (target.instant) return facts.api.instant(text, window.to);
  const { step } = stepOf(target, variables, context);
  const aligned = (at: number): number => Math.floor(at / step) * step;
  return facts.api.range(text, { from: aligned(window.from), to: aligned(window.to) }, step);
}
