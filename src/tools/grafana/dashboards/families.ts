import type { FamilyDefinition } from '../../../catalogue/definition.js';
import { count, seconds, share } from '../panels/field-options.js';
import type { DashboardSpec, FieldOptions, PanelSpec, SeriesColor } from '../panels/panel.js';
import { outcomeColors, statusCodeColors } from '../panels/series-colors.js';
import { quantileOf, rateOf } from '../queries/expressions.js';
import { overTime, type Queries } from '../queries/queries.js';
import { uids } from '../uids.js';

const maxSeries = 20;
const colorsByLabel: Readonly<Record<string, readonly SeriesColor[]>> = {
  status: outcomeColors,
  status_code: statusCodeColors,
};
const optionsByUnit: Readonly<Record<string, FieldOptions>> = {
  seconds,
  bytes: { unit: 'bytes', min: 0 },
  ratio: share,
};

/** A panel for every family of the catalogue, by endpoint. A family that is added to the catalogue appears here by itself. */
export function familiesDashboard(queries: Queries): DashboardSpec {
  const families = queries.families.filter(({ totalOf }) => totalOf === undefined);
  const rows = queries.endpoints.map(({ name, help }) => ({
    title: `${name}: ${help.replace(/\.$/, '')}`,
    collapsed: true,
    panels: families.filter(({ endpoint }) => endpoint === name).map((family) => familyPanel(queries, family)),
  }));
  return {
    uid: uids.families,
    title: 'GatewayZ / All families',
    description: 'Every family of the catalogue, by endpoint. Open a row to query it.',
    variables: queries.variables,
    rows: rows.filter(({ panels }) => panels.length > 0),
  };
}

function familyPanel(queries: Queries, family: FamilyDefinition): PanelSpec {
  const { name, type, labels, unit, row } = family;
  const common = { title: name, description: descriptionOf(queries, family), width: 12 } as const;
  const options = optionsByUnit[unit] ?? count;
  const legend = labels.length === 0 ? name : labels.map((label) => `{{${label}}}`).join(' ');
  const many = labels.length > 0 && { manySeries: true as const };
  const highest = (expr: string) => (labels.length === 0 ? expr : `topk(${maxSeries}, ${expr})`);
  if (type === 'counter') {
    const colors = labels.length === 1 ? colorsByLabel[labels[0] ?? ''] : undefined;
    const rate = overTime(queries.gateway(highest(`60 * ${rateOf(name, { by: labels })}`)));
    return {
      ...common,
      ...many,
      kind: 'timeseries',
      unit: 'cpm',
      min: 0,
      queries: [{ legend, expr: rate, ...(colors && { colors }) }],
    };
  }
  if (type === 'histogram' || type === 'summary') {
    const quantile = (q: number): string =>
      type === 'histogram' ? overTime(queries.gateway(quantileOf(q, name, {}))) : queries.row(row.id, String(q));
    const lines = [0.5, 0.95, 0.99].map((q) => ({ legend: `p${100 * q}`, expr: quantile(q) }));
    return { ...common, ...options, kind: 'timeseries', queries: lines };
  }
  if (labels.length === 0)
    return { ...common, ...options, kind: 'stat', height: 8, queries: [{ expr: queries.row(row.id) }] };
  return {
    ...common,
    ...options,
    ...many,
    kind: 'timeseries',
    step: '60s',
    queries: [{ legend, expr: highest(queries.row(row.id)) }],
  };
}

function descriptionOf(queries: Queries, { help, type, labels, row }: FamilyDefinition): string {
  const sentence = /[.)]$/.test(help) ? help : `${help}.`;
  const shown = type === 'counter' ? ' Increase per minute.' : '';
  const limit = labels.length > 0 && type !== 'histogram' ? ` The ${maxSeries} highest series.` : '';
  return `${sentence}${shown}${limit} Computed from ${queries.metricsOf(row.id).join(', ')}.`;
}
