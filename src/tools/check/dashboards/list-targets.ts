import type { Annotation, Dashboard, DatasourceRef, Panel, Target } from './dashboard-file.js';

/** One query of a dashboard, as written there. */
export interface DashboardTarget {
  /** Titles of rows and panel. */
  readonly panel: string;
  readonly refId: string;
  /** Undefined for a query without PromQL, such as one for another kind of datasource. */
  readonly expr: string | undefined;
  /** Why Grafana does not send it when the dashboard is opened; undefined where it does. */
  readonly notSent: string | undefined;
  readonly datasource: DatasourceRef;
  readonly instant: boolean;
  /** Minimum step; empty for the datasource's own. */
  readonly minStep: string;
  readonly intervalFactor: number;
  readonly points: number;
  /** Time range of the panel instead of the dashboard's, such as `24h`; empty for none. */
  readonly timeFrom: string;
  /** How much earlier than that range; empty for not at all. */
  readonly timeShift: string;
  /** Variables that the panel, or a row around it, is repeated for. */
  readonly repeat: readonly string[];
}

/** About the width of a panel in pixels. */
const defaultPoints = 1000;
const annotationStep = '60s';
const mixed = '-- Mixed --';
const expressions = '__expr__';

/** Panels without queries, whatever targets are left in their JSON. */
const queryless = new Set(
  'alertlist annolist dashlist gettingstarted live news pluginlist row text welcome'.split(' '),
);

/** Every query of a dashboard: of all panels, those in rows included, and of annotations. */
export function listTargets(dashboard: Dashboard): readonly DashboardTarget[] {
  const targets: DashboardTarget[] = [];
  let row: Row = outermost;
  for (const panel of dashboard.panels) {
    // The panels of an open row follow it, those of a collapsed one are nested in it.
    if (panel.type === 'row') row = rowOf(panel, outermost);
    targets.push(...ofPanel(panel, dashboard, panel.type === 'row' ? outermost : row));
  }
  const unplaced = dashboard.unplaced
    .flatMap((panel) => ofPanel(panel, dashboard, outermost))
    .map((target) => ({ ...target, notSent: 'its panel is in no layout' }));
  return [...targets, ...unplaced, ...dashboard.annotations.list.map(ofAnnotation)];
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
  const shared = libraryPanel?.uid === undefined ? undefined : dashboard.__elements.get(libraryPanel.uid);
  const panel = shared === undefined ? given : { ...shared, title: given.title ?? shared.title };
  const title = panel.title || libraryPanel?.name || `panel ${panel.id ?? ''}`.trim();
  const around = rowOf(panel, row);
  const common = {
    panel: [...row.titles, title].join(' / '),
    repeat: around.repeat,
    points: panel.maxDataPoints ?? defaultPoints,
    timeFrom: panel.timeFrom ?? '',
    timeShift: panel.timeShift ?? '',
  };
  if (libraryPanel && !shared) return [{ ...common, ...notInFile }];
  const needed = neededByExpressions(panel.targets);
  const own = panel.targets.map((target, index) => ({
    ...common,
    refId: refIdOf(target, index),
    expr: target.expr,
    notSent: notSent(panel, target, needed.has(refIdOf(target, index))),
    datasource: datasourceOf(panel, target),
    // With both, Grafana sends two requests; the range shows more.
    instant: target.instant === true && target.range !== true,
    minStep: target.interval || panel.interval || '',
    intervalFactor: target.intervalFactor ?? 1,
  }));
  return [...own, ...panel.panels.flatMap((child) => ofPanel(child, dashboard, around))];
}

/** The queries of a library panel are in Grafana's database. */
const notInFile = {
  refId: '',
  expr: undefined,
  notSent: undefined,
  datasource: '-- Library --',
  instant: false,
  minStep: '',
  intervalFactor: 1,
};

function refIdOf({ refId }: Target, index: number): string {
  return refId ?? String.fromCharCode(65 + index);
}

function notSent({ type = '' }: Panel, { hide }: Target, isNeeded: boolean): string | undefined {
  if (queryless.has(type)) return `a ${type} panel runs no queries`;
  return hide && !isNeeded ? 'hidden in its panel' : undefined;
}

/** A query's own datasource counts in mixed panels and those with the default one, and for expressions. */
function datasourceOf({ datasource }: Panel, target: Target): DatasourceRef {
  const uid = uidOf(datasource);
  return isExpression(target) || uid === '' || uid === 'default' || uid === mixed
    ? (target.datasource ?? undefined)
    : datasource;
}

function uidOf(ref: DatasourceRef): string {
  return (typeof ref === 'string' ? ref : (ref?.uid ?? ref?.type)) ?? '';
}

function isExpression({ datasource }: Target): boolean {
  return uidOf(datasource) === expressions || (typeof datasource === 'object' && datasource?.type === expressions);
}

/** Hidden queries that Grafana sends all the same: what is shown is computed from them. */
function neededByExpressions(targets: readonly Target[]): ReadonlySet<string> {
  const needed = new Set<string>();
  const visit = (target: Target): void => {
    const sources = [target.expression ?? '', ...target.conditions.flatMap(({ query }) => query.params)];
    const names = new Set(sources.join(' ').match(/\w+/g));
    for (const [index, source] of targets.entries()) {
      const refId = refIdOf(source, index);
      if (!names.has(refId) || needed.has(refId)) continue;
      needed.add(refId);
      if (isExpression(source)) visit(source);
    }
  };
  for (const target of targets) if (isExpression(target) && !target.hide) visit(target);
  return needed;
}

function ofAnnotation({ name = '', enable, datasource, expr, step, target }: Annotation): DashboardTarget {
  return {
    panel: `annotation ${name}`.trim(),
    refId: target?.refId ?? '',
    expr: target?.expr ?? expr,
    notSent: enable === false ? 'the annotation is switched off' : undefined,
    datasource,
    instant: false,
    minStep: target?.interval ?? step ?? annotationStep,
    intervalFactor: 1,
    points: defaultPoints,
    timeFrom: '',
    timeShift: '',
    repeat: [],
  };
}
