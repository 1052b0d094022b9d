import type { Clock } from '../clock.js';
import { type Representation, type View, viewKey } from '../render/representation.js';
import type { Engine } from './engine.js';

/** Milliseconds that a request waits at most when nothing is kept warm for it. */
export const waitLimit = 8_000;
/** Milliseconds between two notices to the engine that a view is still asked for. */
const touchEvery = 1_000;

/** What is known of a view. Times in epoch milliseconds, undefined before the first. */
interface Shelf {
  bytes: Representation | undefined;
  askedAt: number | undefined;
  touchedAt: number | undefined;
  fetching: Promise<Representation | undefined> | undefined;
}

/** The newest bytes of every view, on the host's thread: swapping a reference is all that a refresh does here. */
export class ViewStore {
  readonly #shelves = new Map<string, Shelf>();
  /** The same by the objects that requests name them by, which are few and stay: no text has to be made and hashed. */
  readonly #named = new WeakMap<View, Shelf>();
  readonly #engine: () => Engine;
  readonly #idleAfter: number;
  readonly #clock: Clock;

  constructor(engine: () => Engine, idleAfter: number, clock: Clock) {
    this.#engine = engine;
    this.#idleAfter = idleAfter;
    this.#clock = clock;
  }

  /** Takes new bytes. What may still be shown does not give way to there being nothing: a new engine has no memory. */
  publish(representations: readonly Representation[]): void {
    const now = this.#clock.now();
    for (const shelf of this.#shelves.values()) {
      if (shelf.bytes && now > shelf.bytes.expires && !this.#isWarm(shelf, now)) shelf.bytes = undefined;
    }
    for (const bytes of representations) {
      const shelf = this.#shelfOf(bytes.view);
      const showable = shelf.bytes?.status === 200 && now <= shelf.bytes.expires;
      if (bytes.status === 200 || !showable) shelf.bytes = bytes;
    }
  }

  /** The bytes of a view that is kept warm; counts as asking for it. */
  current(view: View, now = this.#clock.now()): Representation | undefined {
    const shelf = this.#named.get(view) ?? this.#name(view);
    const warm = this.#isWarm(shelf, now);
    shelf.askedAt = now;
    if (!warm || shelf.fetching) return undefined;
    if (shelf.bytes) this.#touch(shelf, view, now);
    return shelf.bytes;
  }

  /**
   * Asks the engine and waits, at most `waitLimit`; all who come meanwhile share one wait. Where nothing new has come by
   * then, the last that there was.
   */
  fetch(view: View): Promise<Representation | undefined> {
    const shelf = this.#shelfOf(view);
    shelf.fetching ??= this.#ask(view, shelf).finally(() => {
      shelf.fetching = undefined;
    });
    return shelf.fetching;
  }

  async #ask(view: View, shelf: Shelf): Promise<Representation | undefined> {
    const asked = this.#engine().ask(view, this.#clock.now());
    await new Promise<void>((resolve, reject) => {
      const limit = this.#clock.setTimeout(resolve, waitLimit);
      void asked.then(resolve, reject).finally(() => limit.cancel());
    });
    return shelf.bytes;
  }

  #name(view: View): Shelf {
    const shelf = this.#shelfOf(view);
    this.#named.set(view, shelf);
    return shelf;
  }

  /** There are as many as there are views, whatever is asked for. */
  #shelfOf(view: View): Shelf {
    const key = viewKey(view);
    const known = this.#shelves.get(key);
    if (known) return known;
    const shelf: Shelf = { bytes: undefined, askedAt: undefined, touchedAt: undefined, fetching: undefined };
    this.#shelves.set(key, shelf);
    return shelf;
  }

  #isWarm({ askedAt }: Shelf, now: number): boolean {
    return askedAt !== undefined && now - askedAt < this.#idleAfter;
  }

  #touch(shelf: Shelf, view: View, now: number): void {
    const last = shelf.touchedAt;
    // A clock that was set back must not silence the notices.
    if (last !== undefined && now >= last && now - last < touchEvery) return;
    shelf.touchedAt = now;
    this.#engine().touch(view);
  }
}
