import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { legendList, legendTable } from './legend.js';
import type { PanelSpec } from './panel.js';

/** Builds lines or stacked areas over the selected range. */
export function timeSeriesBuilder(spec: Extract<PanelSpec, { kind: 'timeseries' }>): TimeSeriesBuilder {
  const { PaletteClassic, PaletteClassicByName } = dashboard.FieldColorModeId;
  const builder = new TimeSeriesBuilder()
    .lineWidth(1)
    .fillOpacity(spec.stacked ? 40 : spec.manySeries ? 0 : 10)
    .colorScheme(new dashboard.FieldColorBuilder().mode(spec.manySeries ? PaletteClassicByName : PaletteClassic))
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .axisSoftMin(0)
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    )
    .legend(spec.manySeries ? legendTable(spec.manySeries === 'lowest first') : legendList().calcs(['lastNotNull']));
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
