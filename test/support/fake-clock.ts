import { setImmediate } from 'node:timers/promises';
import type { Clock, Timer } from '../../src/clock.js';

interface Pending {
  at: number;
  readonly run: () => void;
}

/** A clock that moves only when told to. */
export class FakeClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #pending = new Set<Pending>();
  #timersSet = 0;

  constructor(now = Date.UTC(2026, 10, 22, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimeout(run: () => void, milliseconds: number): Timer {
    const pending = { at: this.#now + milliseconds, run };
    this.#pending.add(pending);
    this.#timersSet += 1;
    return { cancel: () => this.#pending.delete(pending) };
  }

  /** How many timers have been set so far: a sign of how far work on real sockets has come. */
  get timersSet(): number {
    return this.#timersSet;
  }

  /** In how many milliseconds each timer that is set will run, soonest first. */
  get timers(): readonly number[] {
    return [...this.#pending].map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  /**
   * Lets time pass. Timers that come due run in order, each at its own time, those set meanwhile included; after each,
   * promises settle. Real input and output is given a chance, not waited for: wait for its effect.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await setImmediate();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#moveTo(Math.max(this.#now, next.at));
      next.run();
      await setImmediate();
    }
    this.#moveTo(end);
    await setImmediate();
  }

  /** Sets the clock, back or forth, without time passing: timers stay as far off as they were. */
  jump(milliseconds: number): void {
    this.#now += milliseconds;
    for (const pending of this.#pending) pending.at += milliseconds;
  }

  #moveTo(now: number): void {
    this.#monotonic += now - this.#now;
    this.#now = now;
  }

  /** The earliest timer due by `end`; of equals the one set first. */
  #next(end: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at <= end && (next === undefined || pending.at < next.at)) next = pending;
    }
    return next;
  }
}
