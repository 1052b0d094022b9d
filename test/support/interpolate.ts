/** What a panel is drawn for. Times are epoch milliseconds. */
export interface PanelTime {
  readonly from: number;
  readonly to: number;
  /** Pixels. */
  readonly width: number;
  /** Milliseconds between two scrapes, as the datasource says. */
  readonly scrapeInterval: number;
  /** Milliseconds; the panel's least step, or the scrape interval. */
  readonly minStep: number;
}

/** Chosen values of a variable; `all`: the value that stands for all of them. */
export type Chosen = { readonly values: readonly string[] } | { readonly all: string };

/** Milliseconds between two points of a graph: one point per pixel at most, and never more than 11,000. */
export function stepOf({ from, to, width, minStep }: PanelTime): number {
  const range = to - from;
  return Math.max(roundInterval(range / width), minStep, roundInterval(range / 11_000));
}

/**
 * A query as Grafana sends it: its own variables, then the dashboard's. Several values, and a single one of a drop-down
 * for several, become a pattern whose special characters are escaped twice, for the pattern and for the string around it.
 */
export function interpolate(expr: string, time: PanelTime, variables: ReadonlyMap<string, Chosen>): string {
  const { from, to, scrapeInterval } = time;
  const step = stepOf(time);
  const builtIn: Readonly<Record<string, string>> = {
    __rate_interval: duration(Math.max(step + scrapeInterval, 4 * scrapeInterval)),
    __interval: duration(step),
    __interval_ms: String(step),
    __range: duration(Math.round((to - from) / 1000) * 1000),
    __range_s: String(Math.round((to - from) / 1000)),
    __range_ms: String(to - from),
  };
  return expr.replace(/\$(\w+)/g, (whole, name: string) => {
    const chosen = variables.get(name);
    if (chosen !== undefined) return 'all' in chosen ? chosen.all : pattern(chosen.values);
    const value = builtIn[name];
    if (value === undefined) throw new Error(`${whole} is no variable of Grafana's nor of the dashboard: ${expr}`);
    return value;
  });
}

function pattern(values: readonly string[]): string {
  const escaped = values.map((value) =>
    value.replace(/\\/g, '\\\\\\\\').replace(/[$^*{}[\]'+?.()|]/g, (special) => `\\\\${special}`),
  );
  return escaped.length === 1 ? escaped.join('') : `(${escaped.join('|')})`;
}

function duration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** The steps that Grafana draws with, in seconds, and from where on each is used. */
const rounded = [
  ...[
    [1.5, 1],
    [3.5, 2],
    [7.5, 5],
    [12.5, 10],
    [17.5, 15],
    [25, 20],
    [45, 30],
    [90, 60],
    [210, 120],
    [450, 300],
  ],
  ...[
    [750, 600],
    [1050, 900],
    [1500, 1200],
    [2700, 1800],
    [5400, 3600],
    [9000, 7200],
    [16_200, 10_800],
  ],
  ...[
    [32_400, 21_600],
    [86_400, 43_200],
    [604_800, 86_400],
  ],
] as const;

function roundInterval(milliseconds: number): number {
  const [, seconds] = rounded.find(([below]) => milliseconds < below * 1000) ?? [0, 604_800];
  return seconds * 1000;
}
