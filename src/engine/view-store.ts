import type { Clock } from '../clock.js';
import { type Representation, type View, viewKey } from '../render/representation.js';
import type { Engine } from './engine.js';

/** Milliseconds that a request waits at most when nothing is kept warm for it. */
export const waitLimit = 8_000;
/** Milliseconds between two notices to the engine that a view is still asked for. */
const touchEvery = 1_000;

/** The newest bytes of every view, on the host's thread: swapping a reference is all that a refresh does here. */
export class ViewStore {
  readonly #bytes = new Map<string, Representation>();
  readonly #askedAt = new Map<string, number>();
  readonly #touchedAt = new Map<string, number>();
  readonly #fetching = new Map<string, Promise<Representation | undefined>>();
  readonly #engine: () => Engine;
  readonly #idleAfter: number;
  readonly #clock: Clock;

  constructor(engine: () => Engine, idleAfter: number, clock: Clock) {
    this.#engine = engine;
    this.#idleAfter = idleAfter;
    this.#clock = clock;
  }

  publish(representations: readonly Representation[]): void {
    for (const bytes of representations) this.#bytes.set(viewKey(bytes.view), bytes);
  }

  /** The bytes of a view that is kept warm; counts as asking for it. */
  current(view: View): Representation | undefined {
    const key = viewKey(view);
    const now = this.#clock.now();
    const askedAt = this.#askedAt.get(key);
    this.#askedAt.set(key, now);
    if (askedAt === undefined || now - askedAt >= this.#idleAfter) {
      this.#bytes.delete(key);
      return undefined;
    }
    const bytes = this.#bytes.get(key);
    if (bytes) this.#touch(key, view, now);
    return bytes;
  }

  /** Asks the engine and waits, at most `waitLimit`; all who come meanwhile share one wait. */
  fetch(view: View): Promise<Representation | undefined> {
    const key = viewKey(view);
    const fetching = this.#fetching.get(key) ?? this.#ask(key, view);
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async #ask(key: string, view: View): Promise<Representation | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, waitLimit);
    });
    await Promise.race([this.#engine().ask(view), limit]);
    clearTimeout(timer);
    this.#fetching.delete(key);
    return this.#bytes.get(key);
  }

  #touch(key: string, view: View, now: number): void {
    const last = this.#touchedAt.get(key);
    // A clock that was set back must not silence the notices.
    if (last !== undefined && now >= last && now - last < touchEvery) return;
    this.#touchedAt.set(key, now);
    this.#engine().touch(view);
  }
}
