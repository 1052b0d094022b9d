import * as common from '@grafana/grafana-foundation-sdk/common';

/** Legend as a list below the panel. */
export function legendList(): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom);
}

/** Legend as a table beside the panel, highest value first unless `lowestFirst`. */
export function legendTable(lowestFirst = false): common.VizLegendOptionsBuilder {
  return new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.Table)
    .placement(common.LegendPlacement.Right)
    .calcs(['lastNotNull', lowestFirst ? 'min' : 'max'])
    .sortBy('Last *')
    .sortDesc(!lowestFirst);
}
