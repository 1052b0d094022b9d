import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { legendList } from './legend.js';
import type { FieldOptions, PanelQuery, PanelSpec, Threshold } from './panel.js';
import { timeSeriesBuilder } from './time-series-builder.js';

/** Reference to a Grafana variable. */
const variable = (name: string): string => `$\{${name}}`;

/** The datasource selected by the variable `datasource`. */
export const datasource: dashboard.DataSourceRef = { type: 'prometheus', uid: variable('datasource') };

type Spec<Kind extends PanelSpec['kind']> = Extract<PanelSpec, { kind: Kind }>;

/** Builds a panel without grid position; `id` is unique in its dashboard. */
export function buildPanel(spec: PanelSpec, id: number): Builder<dashboard.Panel> {
  const panel = builderOf(spec);
  panel
    .id(id)
    .title(spec.title)
    .description(descriptionOf(spec))
    .datasource(datasource)
    .span(spec.width)
    .height(spec.height ?? heights[spec.kind])
    .noValue('no data');
  panel.dataLinks(detailsLink(spec));
  if (spec.kind === 'table') return panel;
  spec.queries.forEach((query, index) => {
    const legend = query.legend ?? spec.title;
    panel.withTarget(
      target(
        { ...query, legend },
        index,
        (spec.kind === 'stat' && spec.sparkline === false) || spec.kind === 'bargauge',
      ),
    );
    if (query.color !== undefined) {
      panel.overrideByName(legend, [
        { id: 'color', value: { mode: dashboard.FieldColorModeId.Fixed, fixedColor: query.color } },
      ]);
    }
    for (const { pattern: names, color, shades } of query.colors ?? []) {
      const mode = shades ? dashboard.FieldColorModeId.Shades : dashboard.FieldColorModeId.Fixed;
      panel.overrideByRegexp(`/^(?:${names})$/`, [{ id: 'color', value: { mode, fixedColor: color } }]);
    }
  });
  panel
    .unit(spec.unit)
    .thresholds(thresholds(spec.thresholds ?? [{ color: spec.kind === 'bargauge' ? 'blue' : 'text' }]))
    .mappings(mappings(spec));
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  return panel;
}

/** Default heights in grid rows. */
const heights: Readonly<Record<PanelSpec['kind'], number>> = {
  stat: 4,
  bargauge: 8,
  timeseries: 8,
  'state-timeline': 8,
  table: 12,
};

/** Builder of any panel kind. */
type AnyBuilder = StatBuilder | BarGaugeBuilder | TimeSeriesBuilder | StateTimelineBuilder | TableBuilder;

function builderOf(spec: PanelSpec): AnyBuilder {
  switch (spec.kind) {
    case 'stat':
      return statBuilder(spec);
    case 'bargauge':
      return barGaugeBuilder();
    case 'timeseries':
      return timeSeriesBuilder(spec);
    case 'state-timeline':
      return stateTimelineBuilder(spec);
    case 'table':
      return tableBuilder(spec);
  }
}

const lastValue = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('');
const byThreshold = () => new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Thresholds);

function statBuilder({ sparkline = true }: Spec<'stat'>): StatBuilder {
  const builder = new StatBuilder()
    .reduceOptions(lastValue())
    .colorScheme(byThreshold())
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(sparkline ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .textMode(common.BigValueTextMode.Auto);
  // A sparkline needs few points; fewer points are cheaper.
  return sparkline ? builder.interval('30s').maxDataPoints(60) : builder;
}

function barGaugeBuilder(): BarGaugeBuilder {
  return new BarGaugeBuilder()
    .reduceOptions(lastValue())
    .colorScheme(byThreshold())
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .namePlacement(common.BarGaugeNamePlacement.Left)
    .valueMode(common.BarGaugeValueMode.Text);
}

function stateTimelineBuilder(spec: Spec<'state-timeline'>): StateTimelineBuilder {
  const builder = new StateTimelineBuilder()
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.85)
    .fillOpacity(80)
    .lineWidth(0)
    .colorScheme(byThreshold())
    .legend(legendList());
  if (spec.step !== undefined) builder.interval(spec.step);
  return builder;
}

/** A table with one row per label value and one column per query. */
function tableBuilder({ by, columns, first }: Spec<'table'>): TableBuilder {
  const builder = new TableBuilder()
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .filterable(true)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(first).desc(true)]);
  columns.forEach((column, index) => {
    builder.withTarget(target({ expr: column.expr }, index, true, prometheus.PromQueryFormat.Table));
    builder.overrideByName(column.name, [
      { id: 'unit', value: column.unit },
      { id: 'mappings', value: mappings(column) },
      { id: 'thresholds', value: thresholds(column.thresholds ?? [{ color: 'text' }]).build() },
      ...(column.decimals === undefined ? [] : [{ id: 'decimals', value: column.decimals }]),
      ...(column.mappings === undefined && column.thresholds === undefined
        ? []
        : [{ id: 'custom.cellOptions', value: { type: common.TableCellDisplayMode.ColorText } }]),
    ]);
  });
  const names = columns.map(({ name }, index) => [`Value #${refId(index)}`, name] as const);
  return builder.withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      indexByName: Object.fromEntries([by, ...names.map(([field]) => field)].map((field, index) => [field, index])),
      renameByName: Object.fromEntries([[by, capitalized(by)], ...names]),
    },
  });
}

function target(
  { expr, legend }: PanelQuery,
  index: number,
  instant: boolean,
  format = prometheus.PromQueryFormat.TimeSeries,
): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder()
    .datasource(datasource)
    .refId(refId(index))
    .expr(expr)
    .format(format)
    .editorMode(prometheus.QueryEditorMode.Code);
  if (legend !== undefined) query.legendFormat(legend);
  return instant ? query.instant() : query.range();
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function thresholds(steps: readonly Threshold[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(({ from = null, color }) => ({ value: from, color })));
}

function mappings({ mappings: names = [] }: FieldOptions): dashboard.ValueMapping[] {
  return names.length === 0
    ? []
    : [
        {
          type: dashboard.MappingType.ValueToText,
          options: Object.fromEntries(
            names.map(({ value, text, color }, index) => [String(value), { text, color, index }]),
          ),
        },
      ];
}

function descriptionOf({ description, emptyWithout }: PanelSpec): string {
  return emptyWithout === undefined
    ? description
    : `${description} Empty while the gateway writes no ${listed(emptyWithout)}.`;
}

/** `a, b or c` */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function detailsLink({ kind, drilldown: details }: PanelSpec): dashboard.DashboardLinkBuilder[] {
  if (details === undefined) return [];
  // In a table, labels are columns, not series labels.
  const label = (name: string): string =>
    variable(
      kind === 'table' ? `__data.fields.${capitalized(name)}:percentencode` : `__field.labels.${name}:percentencode`,
    );
  const variables = (details.variables ?? []).map((name) => `&var-${name}=${label(name)}`).join('');
  const url = `/d/${details.uid}?var-datasource=${variable('datasource')}&${variable('__url_time_range')}${variables}`;
  return [new dashboard.DashboardLinkBuilder('Details').url(url).keepTime(false)];
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
