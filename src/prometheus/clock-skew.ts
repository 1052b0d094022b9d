/** The `Date` header has whole seconds, cut off. */
const resolution = 1000;

/**
 * How far the clock of the other side is ahead of ours, from the `Date` headers of its answers.
 *
 * The header was written somewhere between sending and receiving, and stands for any moment of its second, so the
 * difference lies in an interval. Its middle is the estimate; 0 when the clocks may well agree. Slow answers say
 * little: they count only until there was a fast one.
 */
export class ClockSkew {
  #seconds: number | undefined;
  #fast = false;

  /** Seconds; positive when the other side is ahead. Undefined before the first answer with a date. */
  get seconds(): number | undefined {
    return this.#seconds;
  }

  /** `sent` and `received` in epoch milliseconds of our clock. A `Date` that does not parse is passed over. */
  note(date: string | string[] | undefined, sent: number, received: number): void {
    const stated = Date.parse(String(date));
    const fast = received - sent < resolution;
    if (Number.isNaN(stated) || received < sent || (this.#fast && !fast)) return;
    const lowest = stated - received;
    const highest = stated + resolution - sent;
    this.#fast = fast;
    this.#seconds = lowest <= 0 && highest >= 0 ? 0 : (lowest + highest) / 2 / 1000;
  }
}
