/** Upper part of a scale begins at `from`; the lowest has none. */
export interface Threshold {
  readonly from?: number;
  readonly color: 'green' | 'orange' | 'red' | 'blue' | 'text';
}

/** What a number is shown as. */
export interface ValueName {
  readonly value: number;
  readonly text: string;
  readonly color: string;
}

export interface PanelQuery {
  readonly expr: string;
  /** Name of a series, with `{{label}}`; without one the panel's title stands for its only series. */
  readonly legend?: string;
  /** Where the series' meaning has a colour of its own. */
  readonly color?: Threshold['color'];
  /** The same where a query has several series. */
  readonly colors?: readonly SeriesColor[];
}

/** Colour of the series whose whole name a regular expression matches; with `shades`, each gets its own shade of it. */
export interface SeriesColor {
  readonly names: string;
  readonly color: 'green' | 'orange' | 'red' | 'blue' | 'yellow' | 'purple';
  readonly shades?: true;
}

/** How one quantity is shown. */
export interface Scale {
  /** Grafana's id of the unit: `reqps`, `percentunit`, `s` and so on. */
  readonly unit: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: readonly Threshold[];
  readonly names?: readonly ValueName[];
}

export interface Column extends Scale {
  readonly name: string;
  readonly expr: string;
}

interface PanelBase {
  readonly title: string;
  readonly description: string;
  /** Of 24 columns. */
  readonly width: number;
  /** In units of the grid, where it differs from what its kind usually has. */
  readonly height?: number;
  /** Metrics without which the panel is empty, and which a backend may leave out; told in the description. */
  readonly emptyWithout?: readonly string[];
  /** Dashboard that tells more, and labels of the series that become its variables. */
  readonly details?: { readonly uid: string; readonly variables?: readonly string[] };
}

/** One panel, as data. `now` is evaluated at one instant, `graph` and `states` over the dashboard's time. */
export type PanelSpec = PanelBase &
  (
    | (Scale & { readonly kind: 'now'; readonly queries: readonly PanelQuery[] })
    | (Scale & { readonly kind: 'top'; readonly queries: readonly PanelQuery[] })
    | (Scale & {
        readonly kind: 'graph';
        readonly queries: readonly PanelQuery[];
        readonly stacked?: boolean;
        /** A series for each of many things: listed beside the graph, highest first, each in one colour on all dashboards. */
        readonly many?: true;
        /** Least step, for queries that are costly. */
        readonly step?: string;
      })
    | (Scale & { readonly kind: 'states'; readonly queries: readonly PanelQuery[]; readonly step?: string })
    | {
        readonly kind: 'table';
        /** Label with a row for each of its values. */
        readonly by: string;
        readonly columns: readonly Column[];
        /** Name of the column whose highest value comes first. */
        readonly first: string;
      }
  );

/** A drop-down of a label's values; what it offers depends on those before it. */
export interface VariableSpec {
  readonly name: string;
  readonly label: string;
  /** A series selector, in scope. */
  readonly series: string;
}

export interface DashboardSpec {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableSpec[];
  readonly rows: readonly { readonly title: string; readonly panels: readonly PanelSpec[] }[];
}

/** Numbers of a dashboard's panels and rows, from 1 in their order; by title, of the panels. */
export function panelIds({ rows }: DashboardSpec): ReadonlyMap<string, number> {
  const inOrder = rows.flatMap(({ panels }) => [undefined, ...panels.map(({ title }) => title)]);
  return new Map(inOrder.flatMap((title, index) => (title === undefined ? [] : [[title, index + 1] as const])));
}
