import type { Clock } from '../clock.js';

interface Entry<View> {
  readonly endpoint: string;
  readonly view: View | undefined;
  /** Last request, monotonic milliseconds. */
  at: number;
  /** Requests that wait. */
  waiting: number;
}

/**
 * Register of demand: which endpoints and views are requested. They are warm for `idleAfter` milliseconds after their last
 * request, and as long as a request waits for them.
 */
export class Demand<View extends { readonly endpoint: string }> {
  readonly #entries = new Map<string, Entry<View>>();
  readonly #keyOf: (view: View) => string;
  readonly #idleAfter: number;
  readonly #clock: Pick<Clock, 'monotonic'>;

  constructor(keyOf: (view: View) => string, idleAfter: number, clock: Pick<Clock, 'monotonic'>) {
    this.#keyOf = keyOf;
    this.#idleAfter = idleAfter;
    this.#clock = clock;
  }

  /** Notes a request for an endpoint or a view. */
  request(what: string | View): void {
    this.#entryOf(what).at = this.#clock.monotonic();
  }

  /** Notes a request that waits. The returned function ends the wait, which counts as a request too. */
  hold(what: string | View): () => void {
    const entry = this.#entryOf(what);
    entry.waiting += 1;
    return () => {
      entry.waiting -= 1;
      entry.at = this.#clock.monotonic();
    };
  }

  isWarm(endpoint: string): boolean {
    return this.#warm().some((entry) => entry.endpoint === endpoint);
  }

  /** Warm endpoints. */
  endpoints(): string[] {
    return [...new Set(this.#warm().map(({ endpoint }) => endpoint))];
  }

  /** Warm views of an endpoint. */
  views(endpoint: string): View[] {
    return this.#warm().flatMap((entry) => (entry.endpoint === endpoint && entry.view ? [entry.view] : []));
  }

  #warm(): Entry<View>[] {
    const now = this.#clock.monotonic();
    return [...this.#entries.values()].filter(({ at, waiting }) => waiting > 0 || now - at < this.#idleAfter);
  }

  /** Bounded: the sets of endpoints and views are fixed. */
  #entryOf(what: string | View): Entry<View> {
    const [key, endpoint, view] =
      typeof what === 'string' ? [what, what, undefined] : [this.#keyOf(what), what.endpoint, what];
    const known = this.#entries.get(key);
    if (known) return known;
    const entry: Entry<View> = { endpoint, view, at: Number.NEGATIVE_INFINITY, waiting: 0 };
    this.#entries.set(key, entry);
    return entry;
  }
}
