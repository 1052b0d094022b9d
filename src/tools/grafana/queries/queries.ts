import type { Scope } from '../../../catalogue/compile.js';
import { createCatalogue } from '../../../catalogue/create-catalogue.js';
import type { CatalogueDefinition, SummaryField } from '../../../catalogue/definition.js';
import { addMatchers } from '../../../promql/add-matchers.js';
import type { Matcher } from '../../../promql/matchers.js';
import { withPrefix, withWindow } from './rewrite-promql.js';

export interface QueryOptions {
  readonly definition: CatalogueDefinition;
  /** Base selector and marker for the gateway's series, as in the service. */
  readonly scope: Scope;
  /** Matchers for the series of this service's own scrape target; the base selector does not apply there. */
  readonly serviceSelector: readonly Matcher[];
  /** Prefix of every metric name in the queried Prometheus; empty if names are as the gateway exports them. */
  readonly metricPrefix: string;
}

/** PromQL for dashboards and rules: canonical expressions of the catalogue, and others with the same matchers. */
export interface Queries {
  readonly fields: readonly SummaryField[];
  /**
   * Canonical PromQL of a part of a row.
   *
   * @throws {TypeError} for an unknown row or part
   */
  row(id: string, part?: string): string;
  /** Canonical PromQL of a summary field; for Health Service fields, the family on this service's scrape target. */
  field(field: SummaryField): string;
  /** Adds base selector, marker and prefix to PromQL over series of the gateway. */
  gateway(promql: string): string;
  /** Adds service selector, marker and prefix to PromQL over series of this service's scrape target. */
  service(promql: string): string;
}

/** Replaces every window with `$__rate_interval`, for range queries. */
export function overTime(promql: string): string {
  return withWindow(promql, '$__rate_interval');
}

/** Replaces every window with `$__range`, for one number over the selected range. */
export function overRange(promql: string): string {
  return withWindow(promql, '$__range');
}

/** @throws {GatewayzMetricsError} catalogue_invalid */
export function createQueries({ definition, scope, serviceSelector, metricPrefix }: QueryOptions): Queries {
  const { rows, fields, matchers } = createCatalogue(definition, scope);
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
