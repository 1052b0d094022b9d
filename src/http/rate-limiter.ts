import { performance } from 'node:perf_hooks';

/** Keys that are remembered; beyond, the oldest are forgotten. */
const maxKeys = 10_000;

interface Window {
  count: number;
  /** On the limiter's clock, in milliseconds. */
  readonly ends: number;
}

/** Counts events per key in fixed windows of time, on a monotonic clock, in bounded memory. */
export class RateLimiter {
  readonly #limit: number;
  readonly #milliseconds: number;
  readonly #now: () => number;
  readonly #windows = new Map<string, Window>();

  /** @param limit Events of one key within `milliseconds`. */
  constructor(limit: number, milliseconds: number, now = () => performance.now()) {
    this.#limit = limit;
    this.#milliseconds = milliseconds;
    this.#now = now;
  }

  /** Counts one event of `key`. Returns the whole seconds to wait if it is over the limit, else undefined. */
  consume(key: string): number | undefined {
    const now = this.#now();
    let window = this.#windows.get(key);
    if (!window || window.ends <= now) {
      this.#windows.delete(key);
      window = { count: 0, ends: now + this.#milliseconds };
      this.#windows.set(key, window);
      if (this.#windows.size > maxKeys) this.#windows.delete(this.#windows.keys().next().value!);
    }
    window.count += 1;
    return window.count <= this.#limit ? undefined : Math.max(1, Math.ceil((window.ends - now) / 1000));
  }
}
