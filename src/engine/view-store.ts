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

  /** Takes new bytes. What may still be shown does not give way to there being nothing: a new engine has no memory. */
  publish(representations: readonly Representation[]): void {
    const now = this.#clock.now();
    for (const [key, { expires }] of this.#bytes) {
      if (now > expires && !this.#isWarm(key, now)) this.#bytes.delete(key);
    }
    for (const bytes of representations) {
      const key = viewKey(bytes.view);
      const known = this.#bytes.get(key);
      const showable = known?.status === 200 && now <= known.expires;
      if (bytes.status === 200 || !showable) this.#bytes.set(key, bytes);
    }
  }

  /** The bytes of a view that is kept warm; counts as asking for it. */
  current(view: View): Representation | undefined {
    const key = viewKey(view);
    const now = this.#clock.now();
    const warm = this.#isWarm(key, now);
    this.#askedAt.set(key, now);
    if (!warm || this.#fetching.has(key)) return undefined;
    const bytes = this.#bytes.get(key);
    if (bytes) this.#touch(key, view, now);
    return bytes;
  }

  /**
   * Asks the engine and waits, at most `waitLimit`; all who come meanwhile share one wait. Where nothing new has come by
   * then, the last that there was.
   */
  fetch(view: View): Promise<Representation | undefined> {
    const key = viewKey(view);
    const known = this.#fetching.get(key);
    if (known) return known;
    const fetching = this.#ask(view).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  async #ask(view: View): Promise<Representation | undefined> {
    const asked = this.#engine().ask(view, this.#clock.now());
    await new Promise<void>((resolve, reject) => {
      const limit = this.#clock.setTimeout(resolve, waitLimit);
      void asked.then(resolve, reject).finally(() => limit.cancel());
    });
    return this.#bytes.get(viewKey(view));
  }

  #isWarm(key: string, now: number): boolean {
    const askedAt = this.#askedAt.get(key);
    return askedAt !== undefined && now - askedAt < this.#idleAfter;
  }

  #touch(key: string, view: View, now: number): void {
    const last = this.#touchedAt.get(key);
    // A clock that was set back must not silence the notices.
    if (last !== undefined && now >= last && now - last < touchEvery) return;
    this.#touchedAt.set(key, now);
    this.#engine().touch(view);
  }
}
