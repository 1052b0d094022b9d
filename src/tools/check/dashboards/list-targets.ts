import type { Annotation, Dashboard, DatasourceRef, Panel } from './dashboard-file.js';

/** One query of a dashboard, as it is written there. */
export interface DashboardTarget {
  /** Titles of rows and panel. */
  readonly panel: string;
  readonly refId: string;
  /** Undefined where it has none: a query of another kind of datasource. */
  readonly expr: string | undefined;
  readonly datasource: DatasourceRef;
  readonly instant: boolean;
  /** The least distance of two points; empty for the datasource's own. */
  readonly minStep: string;
  readonly intervalFactor: number;
  readonly points: number;
  /** A time of the panel's own in place of the dashboard's, such as `24h`; empty for none. */
  readonly timeFrom: string;
  /** How much earlier than that it looks; empty for not at all. */
  readonly timeShift: string;
  /** Variables that the panel, or a row around it, is repeated for. */
  readonly repeat: readonly string[];
}

/** About the width of a panel in pixels, where it does not say how many points it wants. */
const usualPoints = 1000;
/** What Grafana asks annotations with. */
const annotationStep = '60s';

/** The queries of all panels, of those in rows too, and of annotations. */
export function listTargets(dashboard: Dashboard): readonly DashboardTarget[] {
  const targets: DashboardTarget[] = [];
  let row: Row = outermost;
  for (const panel of dashboard.panels) {
    // The panels of an open row stand behind it, those of a closed one in it.
    if (panel.type === 'row') row = rowOf(panel, outermost);
    targets.push(...ofPanel(panel, dashboard, panel.type === 'row' ? outermost : row));
  }
  return [...targets, ...dashboard.annotations.list.map(ofAnnotation)];
}

interface Row {
  readonly titles: readonly string[];
  readonly repeat: readonly string[];
}

const outermost: Row = { titles: [], repeat: [] };

function rowOf({ title, repeat }: Panel, around: Row): Row {
  return {
    titles: title ? [...around.titles, title] : around.titles,
    repeat: repeat ? [...around.repeat, repeat] : around.repeat,
  };
}

function ofPanel(given: Panel, dashboard: Dashboard, row: Row): readonly DashboardTarget[] {
  const { libraryPanel } = given;
  const shared = libraryPanel?.uid === undefined ? undefined : dashboard.__elements[libraryPanel.uid]?.model;
  const panel = shared === undefined ? given : { ...shared, title: given.title ?? shared.title };
  const title = panel.title || libraryPanel?.name || `panel ${panel.id ?? ''}`.trim();
  const around = rowOf(panel, row);
  const common = {
    panel: [...row.titles, title].join(' / '),
    repeat: around.repeat,
    points: panel.maxDataPoints ?? usualPoints,
    timeFrom: panel.timeFrom ?? '',
    timeShift: panel.timeShift ?? '',
  };
  const own = panel.targets.map((target, index) => ({
    ...common,
    refId: target.refId ?? String.fromCharCode(65 + index),
    expr: target.expr,
    datasource: target.datasource ?? panel.datasource,
    // Both at once are two requests; the range is the one that shows more.
    instant: target.instant === true && target.range !== true,
    minStep: target.interval || panel.interval || '',
    intervalFactor: target.intervalFactor ?? 1,
  }));
  const inner = panel.panels.flatMap((child) => ofPanel(child, dashboard, around));
  return libraryPanel && !shared ? [{ ...common, ...elsewhere }] : [...own, ...inner];
}

/** A library panel's queries are in Grafana's database. */
const elsewhere = {
  refId: '',
  expr: undefined,
  datasource: '-- Library --',
  instant: false,
  minStep: '',
  intervalFactor: 1,
};

function ofAnnotation({ name = '', datasource, expr, step, target }: Annotation): DashboardTarget {
  return {
    panel: `annotation ${name}`.trim(),
    refId: target?.refId ?? '',
    expr: target?.expr ?? expr,
    datasource,
    instant: false,
    minStep: target?.interval ?? step ?? annotationStep,
    intervalFactor: 1,
    points: usualPoints,
    timeFrom: '',
    timeShift: '',
    repeat: [],
  };
}
