import type { Clock, Timer } from '../clock.js';
import type { Collection, Collector, RowState, Snapshot } from '../model.js';
import { effectiveInterval, latestInstant } from './grid.js';
import { RowStates } from './row-states.js';

export interface RefresherOptions {
  /** The first one that has rows of an endpoint decides whether that endpoint is stale. */
  readonly collectors: readonly Collector[];
  /** Row ids by endpoint. */
  readonly endpoints: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds each. */
  readonly interval: number;
  readonly delay: number;
  readonly idleAfter: number;
  readonly staleLimit: number;
  readonly clock: Clock;
  /** Called after every attempt, failed ones too, with a snapshot of each endpoint that is kept warm or waited for. */
  readonly publish: (snapshots: ReadonlyMap<string, Snapshot>) => void;
  /** Called after every call of a collector. */
  readonly observe: (refresh: RefreshReport) => void;
}

export interface RefreshReport {
  readonly collector: string;
  readonly instant: number;
  readonly collection: Collection;
  /** Milliseconds between this refresh and the next. */
  readonly interval: number;
}

/**
 * Keeps endpoints warm while they are asked for.
 *
 * One evaluation at a time, at instants on the grid; rows that several endpoints share are asked once per instant; rows of
 * endpoints that nobody asked for in `idleAfter` are not asked at all. The timer is re-armed after the work and holds no
 * process open.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #states = new RowStates();
  readonly #askedAt = new Map<string, number>();
  readonly #answeredAt = new Map<string, number>();
  #waiting: { readonly endpoint: string; readonly resolve: (snapshot: Snapshot | undefined) => void }[] = [];
  readonly #latest = new Map<string, Snapshot>();
  readonly #evaluated = new Set<string>();
  readonly #failures = new Map<Collector, string>();
  readonly #stop = new AbortController();
  #instant = Number.NEGATIVE_INFINITY;
  #cost = 0;
  #notBefore = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** Counts as asking: the endpoint stays warm for `idleAfter` from now. Starts its refreshes if it was idle. */
  touch(endpoint: string): void {
    if (this.#stop.signal.aborted) return;
    const idle = !this.#isWarm(endpoint);
    this.#askedAt.set(endpoint, this.#options.clock.now());
    if (idle) void this.ask(endpoint);
  }

  /**
   * A snapshot of the endpoint at the latest instant; all who come while it is made share one evaluation. Undefined after
   * `close`.
   */
  ask(endpoint: string): Promise<Snapshot | undefined> {
    if (this.#stop.signal.aborted) return Promise.resolve(undefined);
    this.#askedAt.set(endpoint, this.#options.clock.now());
    return new Promise((resolve) => {
      this.#waiting.push({ endpoint, resolve });
      this.#start();
    });
  }

  /** The last snapshot of an endpoint that is kept warm. */
  current(endpoint: string): Snapshot | undefined {
    return this.#isWarm(endpoint) ? this.#latest.get(endpoint) : undefined;
  }

  /** Ends all work; safe to call twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    await this.#running;
    for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
  }

  #start(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#timer?.cancel();
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#start();
      else this.#schedule();
    });
  }

  async #run(): Promise<void> {
    const { clock, publish, interval, delay } = this.#options;
    // A turn of the event loop: requests that came together are evaluated together.
    await Promise.resolve();
    const waiting = this.#waiting.splice(0);
    const endpoints = [...new Set([...this.#warmEndpoints(), ...waiting.map(({ endpoint }) => endpoint)])];
    const instant = latestInstant(clock.now(), interval, delay);
    if (instant !== this.#instant) this.#beginInstant(instant);
    if (clock.now() >= this.#notBefore) await this.#evaluate(endpoints);
    const snapshots = new Map(endpoints.map((endpoint) => [endpoint, this.#snapshot(endpoint)]));
    for (const [endpoint, snapshot] of snapshots) this.#latest.set(endpoint, snapshot);
    if (!this.#stop.signal.aborted) publish(snapshots);
    for (const { endpoint, resolve } of waiting) resolve(snapshots.get(endpoint));
  }

  #beginInstant(instant: number): void {
    this.#instant = instant;
    this.#cost = 0;
    this.#evaluated.clear();
  }

  async #evaluate(endpoints: readonly string[]): Promise<void> {
    const rows = [...new Set(endpoints.flatMap((endpoint) => this.#rowsOf(endpoint)))].filter(
      (row) => !this.#evaluated.has(row),
    );
    await Promise.all(
      this.#options.collectors.map(async (collector) => {
        const own = rows.filter((row) => collector.has(row));
        if (own.length > 0) await this.#collect(collector, own);
      }),
    );
  }

  async #collect(collector: Collector, rows: readonly string[]): Promise<void> {
    const { clock, observe } = this.#options;
    const instant = this.#instant;
    const collection = await collector.collect(instant, rows, this.#stop.signal).catch((cause) => defect(rows, cause));
    if (this.#stop.signal.aborted) return;
    for (const row of rows) this.#evaluated.add(row);
    this.#cost += collection.cost;
    this.#states.apply(instant, collection.outcomes, this.#limit());
    const { failure } = collection;
    if (failure) this.#failures.set(collector, failure.reason);
    else this.#failures.delete(collector);
    if (failure?.retryAfter !== undefined) this.#notBefore = clock.now() + failure.retryAfter * 1000;
    observe({ collector: collector.name, instant, collection, interval: this.#interval() });
  }

  #schedule(): void {
    const { clock, delay } = this.#options;
    if (this.#stop.signal.aborted || this.#warmEndpoints().length === 0) return;
    // Between 0 and one interval from now, whatever the wall clock did meanwhile.
    const wait = Math.min(Math.max(this.#nextRefresh() - clock.now(), 0), this.#interval() + delay);
    this.#timer = clock.setTimeout(() => this.#start(), wait);
  }

  #snapshot(endpoint: string): Snapshot {
    const { clock, collectors } = this.#options;
    const madeAt = clock.now();
    const rows = this.#rowsOf(endpoint);
    const answered = collectors.flatMap((collector) => {
      const own = rows.filter((row) => collector.has(row));
      if (own.length === 0) return [];
      const key = `${endpoint} ${collector.name}`;
      const asked = !this.#failures.has(collector) && this.#evaluated.has(own[0]!);
      const fresh = asked && own.some((row) => this.#states.answered(row));
      if (fresh) this.#answeredAt.set(key, this.#instant);
      return [{ collector, fresh, at: this.#answeredAt.get(key) }];
    });
    const newest = Math.max(...answered.map(({ at }) => at ?? Number.NEGATIVE_INFINITY));
    const [deciding] = answered;
    const expires = newest + this.#limit();
    const stale = deciding !== undefined && !deciding.fresh;
    return {
      instant: deciding?.at ?? (newest > 0 ? newest : this.#instant),
      madeAt,
      nextRefresh: this.#nextRefresh(),
      expires,
      status: madeAt > expires ? 'unavailable' : stale ? 'stale' : 'ok',
      failure: stale ? this.#failures.get(deciding.collector) : undefined,
      rows: new Map(rows.map((row): [string, RowState] => [row, this.#states.get(row)])),
    };
  }

  #rowsOf(endpoint: string): readonly string[] {
    return this.#options.endpoints.get(endpoint) ?? [];
  }

  #isWarm(endpoint: string): boolean {
    const askedAt = this.#askedAt.get(endpoint);
    return askedAt !== undefined && this.#options.clock.now() - askedAt < this.#options.idleAfter;
  }

  #warmEndpoints(): string[] {
    return [...this.#askedAt.keys()].filter((endpoint) => this.#isWarm(endpoint));
  }

  #interval(): number {
    return effectiveInterval(this.#cost, this.#options.interval);
  }

  #limit(): number {
    return Math.max(this.#options.staleLimit, 3 * this.#interval());
  }

  #nextRefresh(): number {
    const due = this.#instant + this.#interval() + this.#options.delay;
    return Math.max(due, this.#notBefore);
  }
}

/** A defect in a collector is one failed refresh, not the end of the process that hosts us. */
function defect(rows: readonly string[], cause: unknown): Collection {
  const reason = `defect: ${cause instanceof Error ? cause.message : String(cause)}`;
  const outcomes = new Map(rows.map((row) => [row, { state: 'failed', reason } as const]));
  return { outcomes, durations: new Map(), cost: 0, dropped: new Map(), failure: { code: 'internal', reason } };
}
