import { type Chosen, interpolate, type PanelTime, stepOf } from './interpolate.js';

/** The parts of a dashboard that ask something, as Grafana reads them. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly templating: { readonly list: readonly Variable[] };
  readonly links: readonly { readonly type: string; readonly tags: readonly string[] }[];
  readonly tags: readonly string[];
  readonly panels: readonly Panel[];
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly interval?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  /** Panels of a collapsed row. */
  readonly panels?: readonly Panel[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly links?: readonly { readonly url: string }[];
      readonly custom?: { readonly stacking?: { readonly mode: string; readonly group?: string } };
    };
    readonly overrides?: readonly {
      readonly matcher: { readonly id: string; readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

/** A dashboard with the panels of collapsed rows beside the others. */
export function withAllPanels(dashboard: Dashboard): Dashboard {
  return { ...dashboard, panels: dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]) };
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly legendFormat?: string;
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly allValue?: string;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** Milliseconds; as the provisioned datasource says. */
const scrapeInterval = 15_000;

/** Sends what Grafana would send to a Prometheus, for a dashboard that shows `[from, to]`. */
export function grafanaAt(prometheus: string, { from, to }: { readonly from: number; readonly to: number }) {
  async function ask<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<T> {
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${prometheus}/api/v1/${path}`, { method: 'POST', body });
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${parameters['query']}`);
    return answer.data;
  }

  function timeOf(panel: Pick<Panel, 'interval' | 'gridPos'>): PanelTime {
    const minStep = panel.interval === undefined ? scrapeInterval : Number.parseInt(panel.interval, 10) * 1000;
    return { from, to, width: 80 * panel.gridPos.w, scrapeInterval, minStep };
  }

  /** Series of one query, as Prometheus gives them. */
  async function series(
    panel: Pick<Panel, 'interval' | 'gridPos'>,
    target: Target,
    variables: ReadonlyMap<string, Chosen>,
  ): Promise<readonly Series[]> {
    const time = timeOf(panel);
    const query = interpolate(target.expr, time, variables);
    if (target.instant === true) {
      return (await ask<{ result: readonly Series[] }>('query', { query, time: String(to / 1000) })).result;
    }
    const step = stepOf(time);
    const floored = (at: number): string => String((Math.floor(at / step) * step) / 1000);
    const range = { start: floored(from), end: floored(to), step: String(step / 1000) };
    return (await ask<{ result: readonly Series[] }>('query_range', { query, ...range })).result;
  }

  /** What a drop-down offers, given what those before it have. */
  async function values(variable: Variable, chosen: ReadonlyMap<string, Chosen>): Promise<readonly string[]> {
    const text = typeof variable.query === 'string' ? variable.query : variable.query.query;
    const [, selector = '', label = ''] = /^label_values\((.+), (\w+)\)$/s.exec(text) ?? [];
    const time = timeOf({ gridPos: { x: 0, y: 0, w: 24, h: 1 } });
    const query = new URLSearchParams({
      'match[]': interpolate(selector, time, chosen),
      start: String(from / 1000),
      end: String(to / 1000),
    });
    const response = await fetch(`${prometheus}/api/v1/label/${label}/values?${query}`);
    const answer = (await response.json()) as { status: string; data: readonly string[]; error?: string };
    if (answer.status !== 'success') throw new Error(`${answer.error}: ${text}`);
    return answer.data;
  }

  return { series, values };
}

/** Whether there is anything to draw. */
export function hasNumbers(all: readonly Series[]): boolean {
  return all.some(({ value, values = [] }) =>
    [...values, ...(value === undefined ? [] : [value])].some(([, text]) => Number.isFinite(Number(text))),
  );
}
