import { listSelectors } from '../../../src/promql/selectors.js';
import { expandValues } from '../../support/expand-values.js';
import { type SeededSeries, seed } from '../../support/seed-series.js';

/** The one instant at which all scenarios are asked. */
export const instant = Date.UTC(2026, 0, 1, 13);

/**
 * What Prometheus holds of a gateway, and what the catalogue must make of it.
 *
 * All scenarios share one Prometheus; `scenario="<name>"` on every series, and as base selector, keeps them apart.
 */
export interface Scenario {
  readonly name: string;
  /** The situation, as the title of its tests. */
  readonly says: string;
  /**
   * Selector → values in the notation of `expandValues`, of which the last is at the instant. Series are of job `gateway`,
   * instance `gateway-1`, unless they say otherwise.
   */
  readonly series: Readonly<Record<string, string>>;
  /** Seconds between two values; default 15. */
  readonly every?: number;
  /** Matchers of the base selector beside the one on the scenario. */
  readonly selector?: string;
  /** Default `reexported_by="gatewayz-metrics"`; null is none. */
  readonly marker?: { readonly label: string; readonly value: string } | null;
  /** Exact values by row. What is not named here is only held against its PromQL. */
  readonly values: Readonly<Record<string, Expected>>;
  /** Rows that are better than the reference's expression here, as the specification says. */
  readonly better?: readonly string[];
}

/**
 * The text of a single value; or a line for each sample: labels as `name=value,…`, then the value. Of a histogram also
 * `le=…`, of a summary `quantile=…`, and the words `sum` and `count`.
 */
export type Expected = string | readonly string[] | { readonly absent: string };

/** No value, for this reason; `{…}` stands for the base selector. */
export function absent(reason: string): Expected {
  return { absent: reason };
}

/** The scenarios as text to fill a Prometheus with. */
export function seedScenarios(scenarios: readonly Scenario[]): string {
  return seed(scenarios.flatMap(seriesOf));
}

function seriesOf({ name: scenario, series, every = 15 }: Scenario): SeededSeries[] {
  const step = every * 1000;
  return Object.entries(series).map(([text, values]) => {
    const [selector] = listSelectors(text);
    if (selector?.name === undefined) throw new Error(`scenario ${scenario}: expected a metric name, got ${text}`);
    const own = Object.fromEntries(selector.matchers.map(({ label, value }) => [label, value]));
    const labels = { job: 'gateway', instance: 'gateway-1', ...own, scenario };
    const start = instant - (expandValues(values).length - 1) * step;
    // For Prometheus an empty label is none, and a block must not hold one.
    const present = Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
    return { name: selector.name, labels: present, values, start, step };
  });
}
