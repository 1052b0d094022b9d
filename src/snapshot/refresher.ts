import type { Clock, Timer } from '../clock.js';
import type { Collection, Collector, RowState, Snapshot } from '../model.js';
import type { Demand } from './demand.js';
import { latestEvaluationTime } from './grid.js';
import { Pace } from './pace.js';
import { RefreshInterval } from './refresh-interval.js';
import { RowStates } from './row-states.js';
import { Source } from './source.js';

/** Durations in milliseconds. */
export interface RefresherOptions {
  /** The first one with rows of an endpoint decides whether that endpoint is stale. */
  readonly collectors: readonly Collector[];
  /** Row ids by endpoint. */
  readonly endpoints: ReadonlyMap<string, readonly string[]>;
  readonly demand: Pick<Demand<never>, 'endpoints' | 'hold' | 'isWarm' | 'request'>;
  readonly interval: number;
  readonly maxInterval: number;
  readonly delay: number;
  readonly staleLimit: number;
  readonly clock: Clock;
  /** Called after every refresh, failed ones included, with a snapshot of each refreshed endpoint. */
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

/** The rows of an endpoint that one source provides. */
interface Part {
  readonly source: Source;
  readonly rows: readonly string[];
}

/**
 * Refreshes warm endpoints in the background.
 *
 * One refresh at a time, at evaluation timestamps on the grid. A timestamp stays in force until the next refresh is due:
 * endpoints requested meanwhile are evaluated at it too, and rows shared by endpoints are queried once. Rows of idle
 * endpoints are not queried. The timer is re-armed after the work and does not keep the process alive.
 */
export class Refresher {
  readonly #options: RefresherOptions;
  readonly #sources: readonly Source[];
  readonly #pace: Pace;
  readonly #interval: RefreshInterval;
  readonly #states = new RowStates();
  readonly #latest = new Map<string, Snapshot>();
  readonly #evaluated = new Set<string>();
  readonly #closing = new AbortController();
  #waiting: readonly Waiter[] = [];
  #evaluationTime = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#sources = options.collectors.map((collector) => new Source(collector));
    this.#pace = new Pace(this.#sources, options.clock, options.staleLimit);
    this.#interval = new RefreshInterval(options.interval, options.maxInterval);
  }

  /** Keeps the endpoint warm. Starts its refreshes if it was idle. */
  touch(endpoint: string): void {
    if (this.#closing.signal.aborted) return;
    if (this.#options.demand.isWarm(endpoint)) this.#options.demand.request(endpoint);
    else void this.ask(endpoint);
  }

  /** Snapshot of the endpoint at the timestamp in force. Concurrent callers share one evaluation. Undefined after `close`. */
  ask(endpoint: string): Promise<Snapshot | undefined> {
    if (this.#closing.signal.aborted) return Promise.resolve(undefined);
    // After idling, all requests wait for the new snapshot.
    if (!this.#options.demand.isWarm(endpoint)) this.#latest.delete(endpoint);
    const release = this.#options.demand.hold(endpoint);
    return new Promise<Snapshot | undefined>((resolve) => {
      this.#waiting = [...this.#waiting, { endpoint, resolve }];
      if (this.#running) this.#pace.raise();
      else this.#start();
    }).finally(release);
  }

  /** Last snapshot of a warm endpoint, with the status it has now. */
  current(endpoint: string): Snapshot | undefined {
    const snapshot = this.#options.demand.isWarm(endpoint) ? this.#latest.get(endpoint) : undefined;
    if (!snapshot) return undefined;
    const now = this.#options.clock.now();
    if (now > snapshot.expires) return { ...snapshot, status: 'unavailable' };
    return now > snapshot.overdueAt && snapshot.status === 'ok' ? { ...snapshot, status: 'stale' } : snapshot;
  }

  /** Ends all work. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#timer?.cancel();
    await this.#running;
    for (const { resolve } of this.#waiting) resolve(undefined);
    this.#waiting = [];
  }

  #start(): void {
    if (this.#running || this.#closing.signal.aborted) return;
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
    // Collects requests that arrive together.
    await new Promise((resolve) => setImmediate(resolve));
    const { clock, publish } = this.#options;
    const endpoints = this.#begin(clock.now());
    const dueBefore = this.#nextRefresh();
    await this.#evaluate(endpoints);
    if (this.#closing.signal.aborted) return;
    const now = clock.now();
    this.#states.expire(now, this.#limit());
    // An endpoint that joined can make the interval longer for all.
    const joined =
      this.#nextRefresh() > dueBefore ? [...this.#latest.keys()].filter((key) => this.#isRefreshed(key)) : [];
    const snapshots = new Map([...endpoints, ...joined].map((endpoint) => [endpoint, this.#snapshot(endpoint, now)]));
    for (const [endpoint, snapshot] of snapshots) this.#latest.set(endpoint, snapshot);
    const served = this.#waiting.filter(({ endpoint }) => snapshots.has(endpoint));
    this.#waiting = this.#waiting.filter(({ endpoint }) => !snapshots.has(endpoint));
    try {
      if (snapshots.size > 0) publish(snapshots);
    } finally {
      for (const { endpoint, resolve } of served) resolve(snapshots.get(endpoint));
    }
  }

  /** Moves to the latest evaluation timestamp if a refresh is due. Returns the endpoints to evaluate. */
  #begin(now: number): readonly string[] {
    // Timestamps in the future are from before the clock was set back.
    for (const { answeredAt } of this.#sources) {
      for (const [endpoint, at] of answeredAt) answeredAt.set(endpoint, Math.min(at, now));
    }
    const waitedFor = this.#waiting.map(({ endpoint }) => endpoint);
    const { interval, delay, demand } = this.#options;
    if (now < this.#nextRefresh() && now >= this.#evaluationTime) return [...new Set(waitedFor)];
    this.#evaluationTime = latestEvaluationTime(now, interval, delay);
    this.#interval.begin();
    this.#evaluated.clear();
    for (const endpoint of this.#latest.keys()) if (!demand.isWarm(endpoint)) this.#latest.delete(endpoint);
    return [...new Set([...demand.endpoints(), ...waitedFor])];
  }

  async #evaluate(endpoints: readonly string[]): Promise<void> {
    const rows = [...new Set(endpoints.flatMap((endpoint) => this.#rowsOf(endpoint)))].filter(
      (row) => !this.#evaluated.has(row),
    );
    await Promise.all(this.#partsOf(rows).map((part) => this.#collect(part)));
  }

  async #collect({ source, rows }: Part): Promise<void> {
    const evaluationTime = this.#evaluationTime;
    const collection = await source.collect(evaluationTime, rows, this.#closing.signal);
    if (this.#closing.signal.aborted) return;
    for (const row of rows) this.#evaluated.add(row);
    this.#interval.add(collection.querySeconds);
    this.#states.apply(evaluationTime, collection.outcomes, collection.failure !== undefined);
    const interval = this.#interval.milliseconds;
    this.#options.observe({ collector: source.name, evaluationTime, collection, interval });
  }

  #schedule(): void {
    const { clock, delay, demand } = this.#options;
    if (this.#closing.signal.aborted || demand.endpoints().length === 0) return;
    // Between 0 and one interval from now, whatever the wall clock did meanwhile.
    const wait = Math.min(Math.max(this.#nextRefresh() - clock.now(), 0), this.#interval.milliseconds + delay);
    this.#timer = clock.setTimeout(() => this.#start(), wait);
  }

  #snapshot(endpoint: string, madeAt: number): Snapshot {
    const rows = this.#rowsOf(endpoint);
    const parts = this.#partsOf(rows).map(({ source, rows: own }) => {
      const fresh = own.some((row) => this.#states.answered(row));
      if (fresh) source.answeredAt.set(endpoint, this.#evaluationTime);
      const failure = fresh ? undefined : (source.failure?.reason ?? this.#states.failure(own[0]!));
      return { fresh, failure, at: source.answeredAt.get(endpoint) ?? Number.NEGATIVE_INFINITY };
    });
    const limit = this.#limit();
    const newest = Math.max(...parts.map(({ at }) => at));
    const deciding = parts[0];
    // Rows without data beside failed queries do not mean that there is no data.
    const unknown = this.#unknown(rows);
    const shown = unknown ? undefined : [deciding?.at ?? newest, newest].find((at) => madeAt - at <= limit);
    const nextRefresh = this.#nextRefresh();
    const overdueAt = nextRefresh + this.#interval.milliseconds;
    const fresh = deciding?.fresh && madeAt <= overdueAt;
    return {
      evaluationTime: shown ?? this.#evaluationTime,
      madeAt,
      nextRefresh,
      overdueAt,
      expires: newest + limit,
      status: shown === undefined ? 'unavailable' : fresh ? 'ok' : 'stale',
      failure: deciding?.failure ?? unknown,
      hint: this.#sources[0]?.hint,
      rows: new Map(rows.map((row): [string, RowState] => [row, this.#states.get(row)])),
    };
  }

  /** Why a query failed, if no row has data and at least one query failed. */
  #unknown(rows: readonly string[]): string | undefined {
    if (rows.some((row) => this.#states.get(row).metrics.length > 0)) return undefined;
    return rows.map((row) => this.#states.failure(row)).find((failure) => failure !== undefined);
  }

  /** Whether all rows of the endpoint have been evaluated at the timestamp in force. */
  #isRefreshed(endpoint: string): boolean {
    return this.#rowsOf(endpoint).every((row) => this.#evaluated.has(row));
  }

  #rowsOf(endpoint: string): readonly string[] {
    return this.#options.endpoints.get(endpoint) ?? [];
  }

  #partsOf(rows: readonly string[]): Part[] {
    const parts = this.#sources.map((source) => ({ source, rows: rows.filter((row) => source.has(row)) }));
    return parts.filter((part) => part.rows.length > 0);
  }

  /** Maximum age of a value: at least three refreshes are tried before it is dropped. */
  #limit(): number {
    const { staleLimit, delay } = this.#options;
    return Math.max(staleLimit, delay + 3 * this.#interval.longest);
  }

  #nextRefresh(): number {
    return this.#evaluationTime + this.#interval.milliseconds + this.#options.delay;
  }
}
