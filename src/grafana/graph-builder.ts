import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { legendList, legendTable } from './legend.js';
import type { PanelSpec } from './panel.js';

/** Lines or areas over the dashboard's time. */
export function graphBuilder(spec: Extract<PanelSpec, { kind: 'graph' }>): TimeSeriesBuilder {
  const { PaletteClassic, PaletteClassicByName } = dashboard.FieldColorModeId;
  const builder = new TimeSeriesBuilder()
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 40 : spec.many ? 0 : 10)
    .colorScheme(new dashboard.FieldColorBuilder().mode(spec.many ? PaletteClassicByName : PaletteClassic))
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .axisSoftMin(0)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(spec.many ? legendTable() : legendList().calcs(['lastNotNull']));
  if (spec.stacked) {
    builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
  }
  if (spec.thresholds !== undefined) {
    builder.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  }
  if (spec.step !== undefined) builder.interval(spec.step);
  return builder;
}
