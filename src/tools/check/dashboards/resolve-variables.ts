import { GatewayzMetricsError } from '../../../errors.js';
import type { PrometheusApi, Window } from '../diagnose/prometheus-api.js';
import { chooseValue, fixedOptions } from './choose-value.js';
import type { Dashboard, Variable } from './dashboard-file.js';
import { interpolate, type Resolved, referencesIn } from './interpolate.js';
import { autoInterval, queryStep } from './query-step.js';
import { resolveDatasource } from './resolve-datasource.js';
import { filterOptions, promqlOf, queryOptions, readVariableQuery, type VariableQuery } from './variable-options.js';

/** The outcome of the query of one variable. */
export interface QueriedVariable {
  readonly variable: Variable;
  /** As written. */
  readonly query: string;
  readonly outcome:
    | { readonly kind: 'data' }
    /** `filtered`: its own regular expression matched none of the values; `waitsFor`: variables without values in the query. */
    | {
        readonly kind: 'empty';
        readonly query: VariableQuery;
        readonly filtered: boolean;
        readonly waitsFor: readonly string[];
      }
    | { readonly kind: 'error'; readonly error: Error; readonly text: string }
    | { readonly kind: 'skipped'; readonly reason: string };
  /** The PromQL in it, variables filled in; undefined where nothing was sent. */
  readonly promql?: string;
}

export interface ResolvedVariables {
  readonly values: ReadonlyMap<string, Resolved>;
  readonly queried: readonly QueriedVariable[];
}

/**
 * Gives every variable of a dashboard the value that it has when it is opened, those first that others refer to. Rejects only
 * with the reason of a signal.
 */
export async function resolveVariables(
  dashboard: Dashboard,
  api: PrometheusApi,
  window: Window,
): Promise<ResolvedVariables> {
  const builtIn = queryStep({ window, points: 1000, minStep: '', intervalFactor: 1 }).variables;
  const values = new Map<string, Resolved>();
  const queried = new Map<Variable, QueriedVariable>();
  const visited = new Set<Variable>();
  const variables = dashboard.templating.list;

  async function resolve(variable: Variable): Promise<void> {
    // A circle of references ends here.
    if (visited.has(variable)) return;
    visited.add(variable);
    const fixed = fixedOptions(variable);
    if (fixed) {
      values.set(variable.name, resolveFixed(variable, fixed, window));
      return;
    }
    const query = queryTextOf(variable);
    for (const name of [...referencesIn(query), ...referencesIn(variable.regex ?? '')]) {
      const other = variables.find((candidate) => candidate.name === name);
      if (other) await resolve(other);
    }
    const { options, outcome, promql } = await run(variable, query);
    queried.set(variable, { variable, query, outcome, ...(promql !== undefined && { promql }) });
    values.set(variable.name, chooseValue(variable, options));
  }

  async function run(
    variable: Variable,
    query: string,
  ): Promise<{ options: readonly string[] } & Pick<QueriedVariable, 'outcome' | 'promql'>> {
    const datasource = resolveDatasource(variable.datasource, dashboard);
    const saved = [variable.current?.value ?? []].flat();
    if (datasource.kind === 'other') return { options: saved, outcome: { kind: 'skipped', reason: datasource.reason } };
    if (query.trim() === '') return { options: saved, outcome: { kind: 'skipped', reason: 'no query' } };
    const known = new Map([...builtIn, ...values]);
    const text = interpolate(query, known);
    const read = readVariableQuery(text);
    const promql = promqlOf(read);
    const sent = promql === undefined ? {} : { promql };
    try {
      const texts = await queryOptions(read, api, window);
      const options = filterOptions(texts, { ...variable, regex: interpolate(variable.regex ?? '', known) });
      if (options.length > 0) return { options, outcome: { kind: 'data' }, ...sent };
      const waitsFor = referencesIn(query).filter((name) => isEmpty(name));
      return { options, outcome: { kind: 'empty', query: read, filtered: texts.length > 0, waitsFor }, ...sent };
    } catch (error) {
      if (!(error instanceof GatewayzMetricsError || error instanceof SyntaxError)) throw error;
      return { options: saved, outcome: { kind: 'error', error, text: promqlOf(read) ?? text }, ...sent };
    }
  }

  function isEmpty(name: string): boolean {
    return [...queried.values()].some(({ variable, outcome }) => variable.name === name && outcome.kind === 'empty');
  }

  for (const variable of variables) await resolve(variable);
  return { values, queried: variables.flatMap((variable) => queried.get(variable) ?? []) };
}

function queryTextOf({ query, definition }: Variable): string {
  return (typeof query === 'string' ? query : query?.query) || definition || '';
}

function resolveFixed(variable: Variable, options: readonly string[], window: Window): Resolved {
  const saved = variable.current?.value;
  const isOffered = typeof saved === 'string' && options.includes(saved);
  const adapts =
    variable.type === 'interval' && (/^\$__auto/.test(String(saved)) || (variable.auto === true && !isOffered));
  if (adapts) {
    const value = autoInterval(window, variable.auto_count ?? 30, variable.auto_min ?? '10s');
    return { value, several: false, verbatim: true };
  }
  return chooseValue(variable, options);
}
