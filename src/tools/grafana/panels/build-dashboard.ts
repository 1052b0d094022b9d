import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { buildPanel, datasource } from './build-panel.js';
import type { DashboardSpec, VariableSpec } from './panel.js';

/** Tag of all generated dashboards; the dashboard links use it. */
const tag = 'gatewayz';

/** Builds a dashboard for Grafana 11 and later. `datasourceUid` is the default of the datasource variable. */
export function buildDashboard(spec: DashboardSpec, datasourceUid: string): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([tag])
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .annotations([])
    .links([
      new dashboard.DashboardLinkBuilder('GatewayZ')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .keepTime(true)
        .includeVars(true),
    ])
    .withVariable(
      new dashboard.DatasourceVariableBuilder('datasource')
        .label('Datasource')
        .type('prometheus')
        .current({ text: datasourceUid, value: datasourceUid }),
    );
  for (const variable of spec.variables) builder.withVariable(valuesOf(variable));
  let id = 0;
  for (const { title, panels, collapsed = false } of spec.rows) {
    id += 1;
    const row = new dashboard.RowBuilder(title).id(id);
    if (!collapsed) builder.withRow(row);
    for (const panel of panels) {
      id += 1;
      const built = buildPanel(panel, id);
      if (collapsed) row.withPanel(built);
      else builder.withPanel(built);
    }
    if (collapsed) builder.withRow(row);
  }
  return builder.build();
}

function valuesOf({ name, label, series, valuesOf: values = name }: VariableSpec): dashboard.QueryVariableBuilder {
  return new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({
      qryType: 1,
      query: `label_values(${series}, ${values})`,
      refId: 'PrometheusVariableQueryEditor-VariableQuery',
    })
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'] });
}
