import { GatewayzMetricsError } from '../../../errors.js';
import type { PrometheusApi, Window } from '../diagnose/prometheus-api.js';
import { chooseValue, fixedOptions } from './choose-value.js';
import type { Dashboard, Variable } from './dashboard-file.js';
import { datasourceKind } from './datasource-kind.js';
import { interpolate, type Resolved, referencesIn } from './interpolate.js';
import { autoInterval, queryStep } from './query-step.js';
import { askOptions, filterOptions, promqlOf, readVariableQuery } from './variable-options.js';

/** What the query of one variable came to. */
export interface AskedVariable {
  readonly variable: Variable;
  /** As written. */
  readonly query: string;
  readonly outcome:
    | { readonly kind: 'data' }
    /** `filtered`: there were values, and the variable's own pattern left none. */
    | { readonly kind: 'empty'; readonly promql: string | undefined; readonly filtered: boolean }
    | { readonly kind: 'error'; readonly error: Error; readonly text: string }
    | { readonly kind: 'skipped'; readonly reason: string };
}

export interface ResolvedVariables {
  readonly values: ReadonlyMap<string, Resolved>;
  readonly asked: readonly AskedVariable[];
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
  const asked = new Map<string, AskedVariable>();
  const begun = new Set<string>();
  const variables = dashboard.templating.list;

  async function resolve(variable: Variable): Promise<void> {
    // A variable that refers to itself, in whatever way, is as good as none.
    if (begun.has(variable.name)) return;
    begun.add(variable.name);
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
    const { options, outcome } = await ask(variable, query);
    asked.set(variable.name, { variable, query, outcome });
    values.set(variable.name, chooseValue(variable, options));
  }

  async function ask(
    variable: Variable,
    query: string,
  ): Promise<{ options: readonly string[] } & Pick<AskedVariable, 'outcome'>> {
    const kind = datasourceKind(variable.datasource, dashboard);
    const saved = [variable.current?.value ?? []].flat();
    if (kind.kind === 'other') return { options: saved, outcome: { kind: 'skipped', reason: kind.reason } };
    if (query.trim() === '') return { options: saved, outcome: { kind: 'skipped', reason: 'it has no query' } };
    const known = new Map([...builtIn, ...values]);
    const text = interpolate(query, known);
    const read = readVariableQuery(text);
    try {
      const texts = await askOptions(read, api, window);
      const options = filterOptions(texts, { ...variable, regex: interpolate(variable.regex ?? '', known) });
      if (options.length > 0) return { options, outcome: { kind: 'data' } };
      return { options, outcome: { kind: 'empty', promql: promqlOf(read), filtered: texts.length > 0 } };
    } catch (error) {
      if (!(error instanceof GatewayzMetricsError || error instanceof SyntaxError)) throw error;
      return { options: saved, outcome: { kind: 'error', error, text: promqlOf(read) ?? text } };
    }
  }

  for (const variable of variables) await resolve(variable);
  return { values, asked: variables.flatMap(({ name }) => asked.get(name) ?? []) };
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
