import type { Scope } from '../../../catalogue/compile.js';
import type { DownTarget } from '../../../catalogue/missing-reasons.js';
import { anyOf } from '../../../promql/any-of.js';
import { formatMatchers, type Matcher } from '../../../promql/matchers.js';
import type { CheckedCatalogue } from '../checked-catalogue.js';
import type { PrometheusApi, Window } from './prometheus-api.js';

const fiveMinutes = 5 * 60_000;
const oneDay = 24 * 60 * 60_000;

/** Cached queries to Prometheus at one evaluation timestamp. Rejects as `PrometheusApi` does. */
export class SourceFacts {
  readonly api: PrometheusApi;
  readonly scope: Scope;
  readonly catalogue: CheckedCatalogue;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly #results = new Map<string, Promise<unknown>>();

  constructor(api: PrometheusApi, scope: Scope, at: number, catalogue: CheckedCatalogue) {
    this.catalogue = catalogue;
    this.api = api;
    this.scope = scope;
    this.at = at;
  }

  /** The lookback of an instant query. */
  get now(): Window {
    return { from: this.at - fiveMinutes, to: this.at };
  }

  /** Long enough to distinguish metrics that stopped from those that never existed. */
  get lastDay(): Window {
    return { from: this.at - oneDay, to: this.at };
  }

  /** Excludes series that this service exported and Prometheus scraped again. */
  get excludeReexported(): readonly Matcher[] {
    const { marker } = this.scope;
    return marker ? [{ label: marker.label, op: '!=', value: marker.value }] : [];
  }

  /** Base selector and exclusion of re-exported series, as in every query of the service. */
  get scoped(): readonly Matcher[] {
    return [...this.scope.selector, ...this.excludeReexported];
  }

  /** Names of the metrics that have series under these matchers. */
  names(matchers: readonly Matcher[], window: Window): Promise<ReadonlySet<string>> {
    const selector = matchers.length === 0 ? undefined : `{${formatMatchers([anyName, ...matchers])}}`;
    return this.#once(`names ${selector} ${window.from}`, async () => {
      return new Set(await this.api.labelValues('__name__', selector, window));
    });
  }

  /** Values that a label has on a metric. */
  labelValues(label: string, metric: string, matchers: readonly Matcher[], window: Window): Promise<readonly string[]> {
    const selector = selectorOf(metric, matchers);
    return this.#once(`values ${label} ${selector} ${window.from}`, () =>
      this.api.labelValues(label, selector, window),
    );
  }

  /** Names of the labels that a metric has. */
  labelNames(metric: string, matchers: readonly Matcher[], window: Window): Promise<readonly string[]> {
    const selector = selectorOf(metric, matchers);
    return this.#once(`labels ${selector} ${window.from}`, async () => {
      return (await this.api.labelNames(selector, window)).filter((name) => name !== '__name__');
    });
  }

  /** How many elements a vector has now. */
  count(promql: string): Promise<number> {
    return this.#once(`count ${promql}`, async () => {
      const [sample] = await this.api.vector(`count(${promql})`, this.at);
      return Number(sample?.value ?? 0);
    });
  }

  vector(promql: string): ReturnType<PrometheusApi['vector']> {
    return this.#once(`vector ${promql}`, () => this.api.vector(promql, this.at));
  }

  /** Targets of these jobs that are down now. */
  async downTargets(jobs: readonly string[]): Promise<readonly DownTarget[]> {
    if (jobs.length === 0) return [];
    const selector = selectorOf('up', [{ label: 'job', op: '=~', value: anyOf(jobs) }]);
    const down = await this.vector(`${selector} == 0`);
    return down.map(({ labels }) => ({ job: labels['job'] ?? '', instance: labels['instance'] ?? '' }));
  }

  #once<T>(key: string, query: () => Promise<T>): Promise<T> {
    const known = this.#results.get(key) as Promise<T> | undefined;
    if (known) return known;
    const result = query();
    this.#results.set(key, result);
    return result;
  }
}

/** Prometheus refuses selectors that could match series without any label. */
const anyName: Matcher = { label: '__name__', op: '=~', value: '.+' };

/** The series of one metric under these matchers, as PromQL. */
export function selectorOf(metric: string, matchers: readonly Matcher[]): string {
  if (!/^[a-zA-Z_:][\w:]*$/.test(metric)) {
    return `{${formatMatchers([{ label: '__name__', op: '=', value: metric }, ...matchers])}}`;
  }
  return matchers.length === 0 ? metric : `${metric}{${formatMatchers(matchers)}}`;
}
