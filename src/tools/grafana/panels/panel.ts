/** One threshold step: the color from `from` on; the base step has no `from`. */
export interface Threshold {
  readonly from?: number;
  readonly color: 'green' | 'orange' | 'red' | 'blue' | 'text';
}

/** Text and color shown for a value. */
export interface ValueMapping {
  readonly value: number;
  readonly text: string;
  readonly color: string;
}

export interface PanelQuery {
  readonly expr: string;
  /** Legend format, with `{{label}}`; default: the panel's title. */
  readonly legend?: string;
  /** Fixed color of the query's only series. */
  readonly color?: Threshold['color'];
  /** Fixed colors by series name. */
  readonly colors?: readonly SeriesColor[];
}

/** Color of the series whose whole name matches a regular expression; with `shades`, each series has its own shade. */
export interface SeriesColor {
  readonly pattern: string;
  readonly color: 'green' | 'orange' | 'red' | 'blue' | 'yellow' | 'purple';
  readonly shades?: true;
}

/** Grafana's standard options of a field: unit, range, thresholds, mappings. */
export interface FieldOptions {
  /** Grafana unit id, such as `reqps`, `percentunit` or `s`. */
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
}

export interface Column extends FieldOptions {
  readonly name: string;
  readonly expr: string;
}

interface PanelBase {
  readonly title: string;
  readonly description: string;
  /** Grid columns, of 24. */
  readonly width: number;
  /** Grid rows; default: by panel kind. */
  readonly height?: number;
  /** Optional metrics without which the panel is empty; named in the description. */
  readonly emptyWithout?: readonly string[];
  /** Dashboard to link to, and series labels passed as its variables. */
  readonly drilldown?: { readonly uid: string; readonly variables?: readonly string[] };
}

/** Definition of a panel. `stat`, `bargauge` and `table` use instant queries, `timeseries` and `state-timeline` range queries. */
export type PanelSpec = PanelBase &
  (
    | (FieldOptions & {
        readonly kind: 'stat';
        readonly queries: readonly PanelQuery[];
        /** Default true: a range query, drawn behind the value. False: an instant query. */
        readonly sparkline?: boolean;
      })
    | (FieldOptions & { readonly kind: 'bargauge'; readonly queries: readonly PanelQuery[] })
    | (FieldOptions & {
        readonly kind: 'timeseries';
        readonly queries: readonly PanelQuery[];
        readonly stacked?: boolean;
        /** One series for each of many things: legend as a table, highest first, colors by series name. */
        readonly manySeries?: true | 'lowest first';
        /** Minimum step, for expensive queries. */
        readonly step?: string;
      })
    | (FieldOptions & {
        readonly kind: 'state-timeline';
        readonly queries: readonly PanelQuery[];
        readonly step?: string;
      })
    | {
        readonly kind: 'table';
        /** Label with one table row per value. */
        readonly by: string;
        readonly columns: readonly Column[];
        /** Name of the column to sort by, descending. */
        readonly first: string;
      }
  );

/** A variable with the values of a label, filtered by the variables before it. */
export interface VariableSpec {
  readonly name: string;
  /** Label of the series; default: the variable's name. */
  readonly valuesOf?: string;
  readonly label: string;
  /** Scoped series selector. */
  readonly series: string;
}

export interface DashboardRow {
  readonly title: string;
  /** A collapsed row queries nothing until it is opened. */
  readonly collapsed?: boolean;
  readonly panels: readonly PanelSpec[];
}

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableSpec[];
  readonly rows: readonly DashboardRow[];
}

/** Panel ids by title. Rows and panels are numbered from 1 in order. */
export function panelIds({ rows }: DashboardSpec): ReadonlyMap<string, number> {
  const inOrder = rows.flatMap(({ panels }) => [undefined, ...panels.map(({ title }) => title)]);
  return new Map(inOrder.flatMap((title, index) => (title === undefined ? [] : [[title, index + 1] as const])));
}
