/** A timer that has been set. Cancelling one that has run, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time, as background work sees it; tests bring their own. */
export interface Clock {
  /** Epoch milliseconds. The wall clock: it may jump in either direction. */
  now(): number;
  /** Calls `run` once, `milliseconds` from now, without keeping the process alive for it. */
  setTimeout(run: () => void, milliseconds: number): Timer;
}

/** Node fires a longer timer at once; waking early does no harm to work that re-arms itself. */
const longest = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(run, milliseconds) {
    const timer = setTimeout(run, Math.min(milliseconds, longest)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
