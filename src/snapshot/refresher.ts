import type { Clock, Timer } from '../clock.js';
import type { Collection, Collector, RowState, Snapshot } from '../model.js';
import { effectiveInterval, latestEvaluationTime } from './grid.js';
import { Pace } from './pace.js';
import { RowStates } from './row-states.js';
import { Source } from './source.js';

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
  /** Called after every attempt, failed ones too, with a snapshot of each endpoint that was part of it. */
  readonly publish: (snapshots: ReadonlyMap<string, Snapshot>) => void;
  /** Called after every call of a collector. */
  readonly observe: (refresh: RefreshReport) => void;
}

export interface RefreshReport {
  readonly collector: string;
  readonly evaluationTime: number;
  readonly collection: Collection;
  /** Milliseconds between this refresh and the next. */
  readonly interval: number;
}

interface Waiter {
  readonly endpoint: string;
  readonly resolve: (snapshot: Snapshot | undefined) => void;
}

/** The rows of an endpoint that one source has. */
interface Part {
  readonly source: Source;
  readonly rows: readonly string[];
}

/**
 * Keeps endpoints warm while they are asked for.
 *
 * One refresh at a time, at instants on the grid. An instant is in force until the next refresh is due: endpoints that
 * are asked for meanwhile are evaluated at it too, and rows that several endpoints share are asked once. Rows of
 * endpoints that nobody asked for in `idleAfter` are not asked at all. The timer is re-armed after the work and holds no
 * process open.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #sources: readonly Source[];
  readonly #pace: Pace;
  readonly #states = new RowStates();
  readonly #askedAt = new Map<string, number>();
  readonly #latest = new Map<string, Snapshot>();
  readonly #evaluated = new Set<string>();
  readonly #stop = new AbortController();
  #waiting: readonly Waiter[] = [];
  #evaluationTime = Number.NEGATIVE_INFINITY;
  #cost = 0;
  /** Effective interval of the last refresh that cost anything: failures cost nothing, and must not shorten the limit. */
  #provenInterval = 0;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#sources = options.collectors.map((collector) => new Source(collector, options.clock));
    this.#pace = new Pace(this.#sources, options.clock, options.staleLimit);
  }

  /** Counts as asking: the endpoint stays warm for `idleAfter` from now. Starts its refreshes if it was idle. */
  touch(endpoint: string): void {
    if (this.#stop.signal.aborted) return;
    if (this.#isWarm(endpoint)) this.#askedAt.set(endpoint, this.#options.clock.now());
    else void this.ask(endpoint);
  }

  /**
   * A snapshot of the endpoint at the instant in force; all who come while it is made share one evaluation. Undefined
   * after `close`.
   */
  ask(endpoint: string): Promise<Snapshot | undefined> {
    if (this.#stop.signal.aborted) return Promise.resolve(undefined);
    // After idling, all requests wait for the new snapshot.
    if (!this.#isWarm(endpoint)) this.#latest.delete(endpoint);
    this.#askedAt.set(endpoint, this.#options.clock.now());
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { endpoint, resolve }];
      if (this.#running) this.#pace.hurry();
      else this.#start();
    });
  }

  /** The last snapshot of an endpoint that is kept warm, as it may be shown now. */
  current(endpoint: string): Snapshot | undefined {
    const snapshot = this.#isWarm(endpoint) ? this.#latest.get(endpoint) : undefined;
    const expired = snapshot !== undefined && this.#options.clock.now() > snapshot.expires;
    return expired ? { ...snapshot, status: 'unavailable' } : snapshot;
  }

  /** Ends all work; safe to call twice. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    for (const source of this.#sources) source.close();
    await this.#running;
    for (const { resolve } of this.#waiting) resolve(undefined);
    this.#waiting = [];
  }

  #start(): void {
    if (this.#running || this.#stop.signal.aborted) return;
    this.#timer?.cancel();
    this.#pace.begin(this.#waiting.length > 0);
    this.#running = this.#run().finally(() => {
      this.#pace.end();
      this.#running = undefined;
      if (this.#waiting.length > 0) this.#start();
      else this.#schedule();
    });
  }

  async #run(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    const endpoints = this.#begin(this.#options.clock.now());
    await this.#evaluate(endpoints);
    if (this.#stop.signal.aborted) return;
    const now = this.#options.clock.now();
    this.#states.expire(now, this.#limit());
    const snapshots = new Map(endpoints.map((endpoint) => [endpoint, this.#snapshot(endpoint, now)]));
    for (const [endpoint, snapshot] of snapshots) this.#latest.set(endpoint, snapshot);
    const served = this.#waiting.filter(({ endpoint }) => snapshots.has(endpoint));
    this.#waiting = this.#waiting.filter(({ endpoint }) => !snapshots.has(endpoint));
    try {
      if (snapshots.size > 0) this.#options.publish(snapshots);
    } finally {
      for (const { endpoint, resolve } of served) resolve(snapshots.get(endpoint));
    }
  }

  /** Goes on to the latest instant if a refresh is due. The endpoints that are to be evaluated. */
  #begin(now: number): readonly string[] {
    // What lies in the future is from before the clock was set back: it counts from now.
    for (const times of [this.#askedAt, ...this.#sources.map(({ answeredAt }) => answeredAt)]) {
      for (const [endpoint, at] of times) times.set(endpoint, Math.min(at, now));
    }
    const waitedFor = this.#waiting.map(({ endpoint }) => endpoint);
    const { interval, delay } = this.#options;
    if (now < this.#nextRefresh() && now >= this.#evaluationTime) return [...new Set(waitedFor)];
    this.#evaluationTime = latestEvaluationTime(now, interval, delay);
    this.#cost = 0;
    this.#evaluated.clear();
    for (const endpoint of this.#latest.keys()) if (!this.#isWarm(endpoint)) this.#latest.delete(endpoint);
    return [...new Set([...this.#warmEndpoints(), ...waitedFor])];
  }

  async #evaluate(endpoints: readonly string[]): Promise<void> {
    const rows = [...new Set(endpoints.flatMap((endpoint) => this.#rowsOf(endpoint)))].filter(
      (row) => !this.#evaluated.has(row),
    );
    await Promise.all(this.#partsOf(rows).map((part) => this.#collect(part)));
  }

  async #collect({ source, rows }: Part): Promise<void> {
    const evaluationTime = this.#evaluationTime;
    const collection = await source.collect(evaluationTime, rows, this.#stop.signal);
    if (this.#stop.signal.aborted) return;
    for (const row of rows) this.#evaluated.add(row);
    this.#cost += collection.querySeconds;
    if (collection.querySeconds > 0) this.#provenInterval = this.#interval();
    this.#states.apply(evaluationTime, collection.outcomes, collection.failure !== undefined);
    this.#options.observe({ collector: source.name, evaluationTime, collection, interval: this.#interval() });
  }

  #schedule(): void {
    const { clock, delay } = this.#options;
    if (this.#stop.signal.aborted || this.#warmEndpoints().length === 0) return;
    // Between 0 and one interval from now, whatever the wall clock did meanwhile.
    const wait = Math.min(Math.max(this.#nextRefresh() - clock.now(), 0), this.#interval() + delay);
    this.#timer = clock.setTimeout(() => this.#start(), wait);
  }

  #snapshot(endpoint: string, madeAt: number): Snapshot {
    const rows = this.#rowsOf(endpoint);
    const parts = this.#partsOf(rows).map(({ source, rows: own }) => {
      const fresh = own.some((row) => this.#states.answered(row));
      if (fresh) source.answeredAt.set(endpoint, this.#evaluationTime);
      const failure = fresh ? undefined : (source.failure?.reason ?? this.#states.get(own[0]!).reason);
      return { fresh, failure, at: source.answeredAt.get(endpoint) ?? Number.NEGATIVE_INFINITY };
    });
    const limit = this.#limit();
    const newest = Math.max(...parts.map(({ at }) => at));
    const deciding = parts[0];
    // Answers that there is nothing, beside questions that failed, are no reason to show nothing as if that were all.
    const unknown = this.#unknown(rows);
    const shown = unknown ? undefined : [deciding?.at ?? newest, newest].find((at) => madeAt - at <= limit);
    return {
      evaluationTime: shown ?? this.#evaluationTime,
      madeAt,
      nextRefresh: this.#nextRefresh(),
      expires: newest + limit,
      status: shown === undefined ? 'unavailable' : deciding?.fresh ? 'ok' : 'stale',
      failure: deciding?.failure ?? unknown,
      rows: new Map(rows.map((row): [string, RowState] => [row, this.#states.get(row)])),
    };
  }

  /** Why a question failed, where no row has anything to show and one at least would have had an answer. */
  #unknown(rows: readonly string[]): string | undefined {
    if (rows.some((row) => this.#states.get(row).metrics.length > 0)) return undefined;
    const failed = rows.find((row) => this.#states.failed(row));
    return failed === undefined ? undefined : this.#states.get(failed).reason;
  }

  #rowsOf(endpoint: string): readonly string[] {
    return this.#options.endpoints.get(endpoint) ?? [];
  }

  #partsOf(rows: readonly string[]): Part[] {
    const parts = this.#sources.map((source) => ({ source, rows: rows.filter((row) => source.has(row)) }));
    return parts.filter((part) => part.rows.length > 0);
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

  /** How old a value may be: three refreshes are tried at least before it goes. */
  #limit(): number {
    const { staleLimit, delay } = this.#options;
    return Math.max(staleLimit, delay + 3 * Math.max(this.#interval(), this.#provenInterval));
  }

  #nextRefresh(): number {
    return this.#evaluationTime + this.#interval() + this.#options.delay;
  }
}
