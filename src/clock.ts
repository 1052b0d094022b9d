/** A pending timer. Cancelling is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time source of background work; tests pass a fake. */
export interface Clock {
  /** Wall clock in epoch milliseconds. It may jump in either direction. */
  now(): number;
  /** Calls `run` once after `milliseconds`. Does not keep the process alive. */
  setTimeout(run: () => void, milliseconds: number): Timer;
}

/** Longest delay Node supports; it fires longer timers at once. */
const longest = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(run, milliseconds) {
    const timer = setTimeout(run, Math.min(milliseconds, longest)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
