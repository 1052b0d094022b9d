/** Part of the interval that the queries of one refresh may take. */
const share = 0.25;

/** Refreshes whose median tells a slow upstream from one stall. */
const remembered = 5;

/**
 * Effective refresh interval: extended, up to a maximum, so that query seconds are at most a quarter of it. The lower of
 * the current refresh and the median of the last five counts, so that a single stall changes nothing.
 */
export class RefreshInterval {
  readonly #interval: number;
  readonly #max: number;
  #previous: readonly number[] = [];
  #querySeconds = 0;
  #lastProven = 0;

  /** Milliseconds. Effective intervals are multiples of `interval`. */
  constructor(interval: number, max: number) {
    this.#interval = interval;
    this.#max = Math.max(1, Math.floor(max / interval)) * interval;
  }

  /** Begins a refresh at a new evaluation timestamp. Failed refreshes, which take no query seconds, are not remembered. */
  begin(): void {
    if (this.#querySeconds > 0) this.#previous = [...this.#previous, this.#querySeconds].slice(1 - remembered);
    this.#querySeconds = 0;
  }

  /** Adds query seconds to the current refresh. */
  add(querySeconds: number): void {
    this.#querySeconds += querySeconds;
    if (querySeconds > 0) this.#lastProven = this.milliseconds;
  }

  /** Effective interval after the current refresh. */
  get milliseconds(): number {
    const seconds = Math.min(this.#querySeconds, lowerMedian([...this.#previous, this.#querySeconds]));
    const multiple = Math.max(1, Math.ceil((seconds * 1000) / share / this.#interval));
    return Math.min(multiple * this.#interval, this.#max);
  }

  /** Effective interval after the last refresh that took query seconds, or the current one if longer. */
  get longest(): number {
    return Math.max(this.milliseconds, this.#lastProven);
  }
}

function lowerMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? 0;
}
