import type { Scope } from '../../../catalogue/compile.js';
import { createCatalogue } from '../../../catalogue/create-catalogue.js';
import type {
  CatalogueDefinition,
  EndpointDefinition,
  FamilyDefinition,
  SummaryField,
} from '../../../catalogue/definition.js';
import { addMatchers } from '../../../promql/add-matchers.js';
import type { Matcher } from '../../../promql/matchers.js';
import type { VariableSpec } from '../panels/panel.js';
import { withPrefix, withWindow } from './rewrite-promql.js';

export interface QueryOptions {
  readonly definition: CatalogueDefinition;
  /** Base selector and marker for the gateway's series, as in the service. */
  readonly scope: Scope;
  /** Matchers for the series of this service's own scrape target; the base selector does not apply there. */
  readonly serviceSelector: readonly Matcher[];
  /** Prefix of every metric name in the queried Prometheus; empty if names are as the gateway exports them. */
  readonly metricPrefix: string;
  /** Labels of the gateway's series that become variables; default: none, as for rules. */
  readonly variables?: readonly string[];
  /** The same for this service's own scrape target. */
  readonly serviceVariables?: readonly string[];
}

/** PromQL for dashboards and rules: canonical expressions of the catalogue, and others with the same matchers. */
export interface Queries {
  readonly endpoints: readonly EndpointDefinition[];
  readonly families: readonly FamilyDefinition[];
  readonly fields: readonly SummaryField[];
  /** Variables that every dashboard of these queries needs. */
  readonly variables: readonly VariableSpec[];
  /**
   * Canonical PromQL of a part of a row.
   *
   * @throws {TypeError} for an unknown row or part
   */
  row(id: string, part?: string): string;
  /** Names of the metrics that a row reads. */
  metricsOf(id: string): readonly string[];
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
export function createQueries(options: QueryOptions): Queries {
  const { definition, scope, metricPrefix, variables = [], serviceVariables = [] } = options;
  const { marker } = scope;
  const scoped = { selector: [...scope.selector, ...variables.map((label) => chosen(label, label))], marker };
  const { rows, fields, matchers } = createCatalogue(definition, scoped);
  const serviceSelector = [
    ...options.serviceSelector,
    ...serviceVariables.map((label) => chosen(label, `service_${label}`)),
  ];
  const own: readonly Matcher[] = marker
    ? [...serviceSelector, { label: marker.label, op: '!=', value: marker.value }]
    : serviceSelector;

  const row = (id: string, part = 'value'): string => {
    const text = rows.get(id)?.promql[part];
    if (text === undefined) throw new TypeError(`the catalogue has no row ${id} with a part ${part}`);
    return withPrefix(text, metricPrefix);
  };
  const service = (promql: string): string => withPrefix(addMatchers(promql, own), metricPrefix);
  const gateway = (promql: string): string => withPrefix(addMatchers(promql, matchers), metricPrefix);
  return {
    endpoints: definition.endpoints,
    families: definition.tables.flatMap(({ families = [] }) => families),
    fields,
    metricsOf: (id) => rows.get(id)?.metrics ?? [],
    variables: [
      ...variables.map((label, index) => variable(options, 'gateway', label, variables.slice(0, index))),
      ...serviceVariables.map((label, index) => variable(options, 'service', label, serviceVariables.slice(0, index))),
    ],
    row,
    field: (field) => (field.section === 'health' ? service(`max(${field.row})`) : row(field.row)),
    gateway,
    service,
  };
}

/** Matches what is chosen in a variable. Grafana expands it. */
function chosen(label: string, name: string): Matcher {
  return { label, op: '=~', value: `$${name}` };
}

/** The variable of a label, whose values depend on those before it. */
function variable(
  options: QueryOptions,
  side: 'gateway' | 'service',
  label: string,
  before: readonly string[],
): VariableSpec {
  const isGateway = side === 'gateway';
  const scoped = createQueries({
    ...options,
    variables: isGateway ? before : [],
    serviceVariables: isGateway ? [] : before,
  });
  return {
    name: isGateway ? label : `service_${label}`,
    label: label.charAt(0).toUpperCase() + label.slice(1),
    valuesOf: label,
    series: isGateway
      ? scoped.gateway('model_inference_requests_total')
      : scoped.service('gatewayz_metrics_upstream_up'),
  };
}
