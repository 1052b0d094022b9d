import type { Scope } from '../catalogue/compile.js';
import { createCatalogue } from '../catalogue/index.js';
import type { SummaryField } from '../catalogue/row.js';
import { addMatchers } from '../promql/add-matchers.js';
import type { Matcher } from '../promql/matchers.js';
import { withPrefix, withWindow } from './rewrite.js';

export interface QueryOptions {
  /** Base selector and marker, as the service itself applies them to the gateway's series. */
  readonly scope: Scope;
  /** Narrows the series of the service's own scrape target, which the base selector does not cover. */
  readonly serviceSelector: readonly Matcher[];
  /** Stands before every metric name in the Prometheus that is asked; empty where names are as the gateway writes them. */
  readonly metricPrefix: string;
}

/** Where PromQL for people comes from: the catalogue's canonical texts, and others in the same scope. */
export interface Queries {
  readonly fields: readonly SummaryField[];
  /** Canonical text of a row's part. Throws for a row or part that does not exist. */
  row(id: string, part?: string): string;
  /** Canonical text of a summary field; of the Health Service's, the value that our scrape target tells. */
  field(field: SummaryField): string;
  /** A text over series of the gateway. */
  gateway(promql: string): string;
  /** A text over series of our own scrape target: the Health Service's families, and our own. */
  service(promql: string): string;
}

/** For a graph: every window is the one that suits its step. Grafana fills it in. */
export function overTime(promql: string): string {
  return withWindow(promql, '$__rate_interval');
}

/** For one number about the dashboard's whole time. Grafana fills it in. */
export function overRange(promql: string): string {
  return withWindow(promql, '$__range');
}

/** @throws GatewayzMetricsError `catalogue_invalid` */
export function createQueries({ scope, serviceSelector, metricPrefix }: QueryOptions): Queries {
  const { rows, fields, matchers } = createCatalogue(scope, true);
  const { marker } = scope;
  const own: readonly Matcher[] = marker
    ? [...serviceSelector, { label: marker.label, op: '!=', value: marker.value }]
    : serviceSelector;

  const row = (id: string, part = 'value'): string => {
    const text = rows.get(id)?.promql[part];
    if (text === undefined) throw new TypeError(`the catalogue has no row ${id} with a part ${part}`);
    return withPrefix(text, metricPrefix);
  };
  const service = (promql: string): string => withPrefix(addMatchers(promql, own), metricPrefix);
  return {
    fields,
    row,
    field: (field) => (field.section === 'health' ? service(`max(${field.row})`) : row(field.row)),
    gateway: (promql) => withPrefix(addMatchers(promql, matchers), metricPrefix),
    service,
  };
}
