import type { Labels } from '../../../model.js';
import { quotePromql } from '../../../promql/string-literal.js';
import type { PrometheusApi, Window } from '../diagnose/prometheus-api.js';
import type { Variable } from './dashboard-file.js';

/** The query of a variable, in the classic notation, which newer editors save too. */
export type VariableQuery =
  | { readonly kind: 'label names'; readonly pattern: string | undefined }
  | { readonly kind: 'label values'; readonly selector: string | undefined; readonly label: string }
  | { readonly kind: 'metrics'; readonly pattern: string }
  | { readonly kind: 'result'; readonly promql: string }
  | { readonly kind: 'series'; readonly selector: string };

export function readVariableQuery(text: string): VariableQuery {
  const query = text.trim();
  const values = /^label_values\((?:([\s\S]+),)?\s*([\w$]+)\s*\)$/.exec(query);
  if (values) {
    const selector = values[1]?.trim();
    const none = selector === undefined || selector === '' || selector.replaceAll(' ', '') === '{}';
    return { kind: 'label values', selector: none ? undefined : selector, label: values[2] ?? '' };
  }
  const names = /^label_names\((.*)\)$/.exec(query);
  if (names) return { kind: 'label names', pattern: names[1]?.trim() || undefined };
  const metrics = /^metrics\((.+)\)$/.exec(query);
  if (metrics) return { kind: 'metrics', pattern: metrics[1] ?? '' };
  const result = /^query_result\(([\s\S]+)\)$/.exec(query);
  if (result) return { kind: 'result', promql: result[1] ?? '' };
  return { kind: 'series', selector: query };
}

/** The part of a query that is PromQL, for an explanation. */
export function promqlOf(query: VariableQuery): string | undefined {
  if (query.kind === 'result') return query.promql;
  return 'selector' in query ? query.selector : undefined;
}

/** What a drop-down offers, before its own filter. Rejects as `PrometheusApi` does. */
export async function queryOptions(
  query: VariableQuery,
  api: PrometheusApi,
  window: Window,
): Promise<readonly string[]> {
  switch (query.kind) {
    case 'label values':
      return api.labelValues(query.label, query.selector, window);
    case 'label names':
      return api.labelNames(query.pattern && `{__name__=~${quotePromql(`.*${query.pattern}.*`)}}`, window);
    case 'metrics': {
      const pattern = new RegExp(query.pattern);
      return (await api.labelValues('__name__', undefined, window)).filter((name) => pattern.test(name));
    }
    case 'result': {
      const vector = await api.vector(query.promql, window.to);
      return vector.map(({ labels, value }) => `${seriesText(labels)} ${value} ${window.to}`);
    }
    case 'series':
      return (await api.series(query.selector, window)).map(seriesText);
  }
}

function seriesText({ __name__: name = '', ...labels }: Labels): string {
  return `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`)}}`;
}

/** Applies the variable's pattern, of which groups may pick a part of the text, and its order. */
export function filterOptions(texts: readonly string[], { regex, sort }: Pick<Variable, 'regex' | 'sort'>): string[] {
  const pattern = regex ? toPattern(regex) : undefined;
  const picked = pattern
    ? texts.flatMap((text) => {
        const found = pattern.exec(text);
        pattern.lastIndex = 0;
        return found ? [found.groups?.['value'] ?? found.groups?.['text'] ?? found[1] ?? text] : [];
      })
    : [...texts];
  return order([...new Set(picked)], sort ?? 0);
}

/** `/pattern/flags`, or the bare pattern. */
function toPattern(text: string): RegExp {
  const [, pattern, flags] = /^\/([\s\S]*)\/([gimsuy]*)$/.exec(text) ?? [];
  return pattern === undefined ? new RegExp(`^${text}$`) : new RegExp(pattern, flags);
}

/** 0 none, then by letters, by the first number, and by letters whatever their case: upwards when odd, downwards when even. */
function order(texts: string[], sort: number): string[] {
  if (sort === 0) return texts;
  const number = (text: string): number => Number(/\d+/.exec(text)?.[0] ?? -1);
  const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  const by = [
    compare,
    (a: string, b: string) => number(a) - number(b),
    (a: string, b: string) => compare(a.toLowerCase(), b.toLowerCase()),
    (a: string, b: string) => a.localeCompare(b, undefined, { numeric: true, sensitivity: 'accent' }),
  ][Math.ceil(sort / 2) - 1];
  const sorted = texts.sort(by ?? compare);
  return sort % 2 === 0 ? sorted.reverse() : sorted;
}
