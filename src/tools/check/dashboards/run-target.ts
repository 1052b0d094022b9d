import { GatewayzMetricsError } from '../../../errors.js';
import { addMatchers } from '../../../promql/add-matchers.js';
import type { Matcher, MatchOp } from '../../../promql/matchers.js';
import { PromqlError, parsePromql } from '../../../promql/parse-promql.js';
import type { Window } from '../diagnose/prometheus-api.js';
import type { SourceFacts } from '../diagnose/source-facts.js';
import type { Severity, TargetReport } from '../report.js';
import type { Dashboard } from './dashboard-file.js';
import { explainEmpty } from './explain-empty.js';
import { explainError } from './explain-error.js';
import { interpolate, placeholder, referencesIn, type Variables } from './interpolate.js';
import type { DashboardTarget } from './list-targets.js';
import { queryStep } from './query-step.js';
import { resolveDatasource } from './resolve-datasource.js';
import { isFixedRange, panelRange } from './time-range.js';

/** The outcome of one query; `severity` where Prometheus gave no data. */
export interface TargetVerdict {
  readonly report: Omit<TargetReport, 'fails'>;
  readonly severity: Severity | undefined;
  /** What was sent, variables filled in; undefined where nothing was. */
  readonly promql?: string;
}

export interface TargetContext {
  readonly dashboard: Dashboard;
  readonly variables: Variables;
  /** Names of the variables without values. */
  readonly emptyVariables: ReadonlySet<string>;
  readonly window: Window;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly facts: SourceFacts;
}

/** Runs one query of a panel or an annotation as Grafana does. Rejects only with the reason of a signal. */
export async function runTarget(target: DashboardTarget, of: TargetContext): Promise<TargetVerdict> {
  const context = { ...of, window: windowOf(target, of) };
  const { panel, refId, expr = '' } = target;
  let promql: string | undefined;
  const verdict = (result: TargetReport['result'], reason: string | null, severity?: Severity): TargetVerdict => ({
    report: { panel, refId, expr, result, reason },
    severity,
    ...(promql !== undefined && { promql }),
  });
  if (target.notSent !== undefined) return verdict('skipped', target.notSent);
  const datasource = resolveDatasource(target.datasource, context.dashboard);
  if (datasource.kind === 'other') return verdict('skipped', datasource.reason);
  if (expr.trim() === '') return verdict('skipped', 'no PromQL');

  const filters = adhocMatchers(context.dashboard, datasource.id);
  let values: readonly string[] = [];
  try {
    for (const variables of repetitions(target.repeat, context.variables)) {
      promql = textOf(target, variables, filters, context);
      values = await valuesOf(promql, target, variables, context);
      if (values.some((value) => value !== 'NaN')) return verdict('data', null);
    }
  } catch (error) {
    if (!(error instanceof GatewayzMetricsError)) throw error;
    const text = promql ?? expr;
    const waits = waitsForVariables(target, context);
    if (waits !== undefined && parsesWithValues(target, context)) {
      promql = textWithPlaceholders(target, context);
      return verdict('idle', waits, 'idle');
    }
    return verdict('error', [...undefinedIn(text), explainError(error, text)].join('\n'), 'problem');
  }
  const undefinedHere = undefinedIn(promql ?? expr);
  // Grafana draws NaN as nothing.
  if (values.length > 0)
    return verdict('idle', 'every value is NaN, such as a division by zero without traffic', 'idle');
  const waits = waitsForVariables(target, context);
  if (waits !== undefined && undefinedHere.length === 0) {
    promql = textWithPlaceholders(target, context);
    return verdict('idle', waits, 'idle');
  }
  const { severity, reason } = await explainEmpty(promql ?? expr, target.instant, context);
  const worst = undefinedHere.length > 0 ? 'problem' : severity;
  return verdict(worst === 'idle' ? 'idle' : 'empty', [...undefinedHere, reason].join('\n'), worst);
}

/** A panel's own time range counts only where the dashboard's is relative to now. */
function windowOf(target: DashboardTarget, { dashboard, window, now }: TargetContext): Window {
  return panelRange(window, isFixedRange(dashboard.time) ? { ...target, timeFrom: '' } : target, now);
}

/** A line about variables that are left when all are filled in; the groups of `label_replace` are none. */
function undefinedIn(text: string): readonly string[] {
  const names = new Set(referencesIn(text).filter((name) => !/^(?:\d|__)/.test(name)));
  if (names.size === 0) return [];
  const shown = [...names].map((name) => `$${name}`).join(', ');
  return [`the dashboard defines no variable ${shown}`];
}

/** Why a query has nothing where a variable of it has no values, which is reported at the variable. */
function waitsForVariables({ expr = '', repeat }: DashboardTarget, { emptyVariables }: TargetContext) {
  const empty = [...new Set([...referencesIn(expr), ...repeat])].filter((name) => emptyVariables.has(name));
  return empty.length === 0 ? undefined : noValues(empty);
}

/** `its variable $a has no values` */
export function noValues(variables: readonly string[]): string {
  const names = variables.map((name) => `$${name}`).join(', ');
  return variables.length === 1 ? `its variable ${names} has no values` : `its variables ${names} have no values`;
}

/** The text as it would be if its empty variables had values. */
function textWithPlaceholders(target: DashboardTarget, context: TargetContext): string {
  const variables = new Map(context.variables);
  for (const name of context.emptyVariables)
    variables.set(name, { value: placeholder, several: false, verbatim: true });
  return textOf(target, variables, [], context);
}

function parsesWithValues(target: DashboardTarget, context: TargetContext): boolean {
  try {
    parsePromql(textWithPlaceholders(target, context));
    return true;
  } catch (error) {
    if (error instanceof PromqlError) return false;
    throw error;
  }
}

/** The variables as each copy of a repeated panel has them: one value each, or an empty text where there is none. */
function repetitions(names: readonly string[], variables: Variables): readonly Variables[] {
  return names.reduce<readonly Variables[]>(
    (copies, name) => {
      const resolved = variables.get(name);
      if (resolved === undefined || typeof resolved.value === 'string') return copies;
      const values = resolved.value.length > 0 ? resolved.value : [''];
      return copies.flatMap((copy) => values.map((value) => new Map([...copy, [name, { ...resolved, value }]])));
    },
    [variables],
  );
}

function stepOf(target: DashboardTarget, variables: Variables, { window }: TargetContext) {
  const { points, intervalFactor } = target;
  // `$__interval` as its own minimum is none.
  const minStep = /\$\{?__/.test(target.minStep) ? '' : interpolate(target.minStep, variables);
  return queryStep({ window, points, minStep, intervalFactor });
}

function textOf(
  target: DashboardTarget,
  variables: Variables,
  filters: readonly Matcher[],
  context: TargetContext,
): string {
  const { variables: builtIn } = stepOf(target, variables, context);
  const text = interpolate(target.expr ?? '', new Map([...builtIn, ...variables]));
  try {
    return filters.length === 0 ? text : addMatchers(text, filters);
  } catch (error) {
    // Prometheus reports it better.
    if (error instanceof PromqlError) return text;
    throw error;
  }
}

/** The ad hoc filters of a datasource: Grafana adds them to its queries only. */
function adhocMatchers(dashboard: Dashboard, id: string): readonly Matcher[] {
  const isOp = (text: string): text is MatchOp => ['=', '!=', '=~', '!~'].includes(text);
  return dashboard.templating.list
    .filter(({ type, datasource }) => {
      const own = resolveDatasource(datasource, dashboard);
      return type === 'adhoc' && own.kind === 'prometheus' && own.id === id;
    })
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
