import { performance } from 'node:perf_hooks';

/** A pending timer. Cancelling is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time source of background work; tests pass a fake. */
export interface Clock {
  /** Wall clock in epoch milliseconds. It may jump in either direction. */
  now(): number;
  /** Milliseconds since an arbitrary point. It never jumps: limits, ages and back-off use it. */
  monotonic(): number;
  /**
   * Calls `run` once after `milliseconds`.
   *
   * @param keepAlive Whether the pending timer keeps the process alive; default false.
   */
  setTimeout(run: () => void, milliseconds: number, keepAlive?: boolean): Timer;
}

/** Longest delay Node supports; it fires longer timers at once. */
const longest = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout(run, milliseconds, keepAlive = false) {
    const timer = setTimeout(run, Math.min(milliseconds, longest));
    if (!keepAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
