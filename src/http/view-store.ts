import type { Clock } from '../clock.js';
import type { Engine } from '../engine/engine.js';
import { GatewayzMetricsError } from '../errors.js';
import { type Representation, type View, viewKey } from '../render/representation.js';

import { PublishedView } from './published-view.js';

/** Milliseconds a request waits at most when its view is not warm. */
export const waitLimit = 8_000;
/** Milliseconds. */
const longestDelay = 10_000;
/** Milliseconds between two notices to the engine that a view is still requested. */
const touchEvery = 1_000;

/** Monotonic times in milliseconds, undefined before the first. */
interface CacheEntry {
  published: PublishedView | undefined;
  requestedAt: number | undefined;
  touchedAt: number | undefined;
  fetching: Promise<PublishedView | undefined> | undefined;
}

/** Newest bytes of every view, on the host's thread. A refresh only swaps references here. */
export class ViewStore {
  readonly #entries = new Map<string, CacheEntry>();
  /** Entries by View object, so the hot path never builds a string key. */
  readonly #entryByView = new WeakMap<View, CacheEntry>();
  readonly #engine: () => Engine;
  readonly #idleAfter: number;
  readonly #clock: Clock;

  constructor(engine: () => Engine, idleAfter: number, clock: Clock) {
    this.#engine = engine;
    this.#idleAfter = idleAfter;
    this.#clock = clock;
  }

  /** Takes new bytes. A new engine has no memory: its 503 does not replace bytes that may still be shown. */
  publish(representations: readonly Representation[]): void {
    const now = this.#clock.monotonic();
    for (const entry of this.#entries.values()) {
      if (entry.published?.isExpired(now) && !this.#isWarm(entry)) entry.published = undefined;
    }
    for (const bytes of representations) {
      const entry = this.#entryOf(bytes.view);
      const { published } = entry;
      const showable = published?.representation.status === 200 && !published.isExpired(now);
      const better = bytes.status === 200 && !(bytes.provisional && showable);
      if (better || !showable) entry.published = new PublishedView(bytes, now - this.#delayOf(bytes));
    }
  }

  /** Bytes of a warm view. Counts as a request for it. */
  current(view: View, now = this.#clock.monotonic()): PublishedView | undefined {
    const entry = this.#entryByView.get(view) ?? this.#remember(view);
    const warm = this.#isWarm(entry, now);
    entry.requestedAt = now;
    if (!warm || entry.fetching) return undefined;
    if (entry.published) this.#touch(entry, view, now);
    return entry.published;
  }

  /**
   * Requests the view from the engine and waits, `waitLimit` at most; concurrent callers share one wait. Returns the last
   * bytes if nothing newer came in time.
   */
  fetch(view: View): Promise<PublishedView | undefined> {
    const entry = this.#entryOf(view);
    entry.fetching ??= this.#fetch(view, entry).finally(() => {
      entry.fetching = undefined;
    });
    return entry.fetching;
  }

  async #fetch(view: View, entry: CacheEntry): Promise<PublishedView | undefined> {
    const fetched = this.#engine()
      .fetch(view, this.#clock.now())
      .then(
        (bytes) => bytes && this.publish([bytes]),
        (error: unknown) => {
          // Errors of the surroundings have a code; the engine reports them. Anything else is a bug.
          if (!(error instanceof GatewayzMetricsError)) throw error;
        },
      );
    await new Promise<void>((resolve, reject) => {
      // A script may await the response with nothing else to keep it alive.
      const limit = this.#clock.setTimeout(resolve, waitLimit, true);
      void fetched.then(() => resolve(), reject).finally(() => limit.cancel());
    });
    entry.requestedAt = this.#clock.monotonic();
    return entry.published;
  }

  /** Milliseconds between the snapshot and its arrival: rendering takes time. A clock that jumped meanwhile counts little. */
  #delayOf({ madeAt }: Representation): number {
    return Math.min(Math.max(this.#clock.now() - madeAt, 0), longestDelay);
  }

  #remember(view: View): CacheEntry {
    const entry = this.#entryOf(view);
    this.#entryByView.set(view, entry);
    return entry;
  }

  /** Bounded: the set of views is fixed. */
  #entryOf(view: View): CacheEntry {
    const key = viewKey(view);
    const known = this.#entries.get(key);
    if (known) return known;
    const entry: CacheEntry = {
      published: undefined,
      requestedAt: undefined,
      touchedAt: undefined,
      fetching: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #isWarm({ requestedAt }: CacheEntry, now = this.#clock.monotonic()): boolean {
    return requestedAt !== undefined && now - requestedAt < this.#idleAfter;
  }

  #touch(entry: CacheEntry, view: View, now: number): void {
    if (entry.touchedAt !== undefined && now - entry.touchedAt < Math.min(touchEvery, this.#idleAfter / 4)) return;
    entry.touchedAt = now;
    this.#engine().touch(view);
  }
}
