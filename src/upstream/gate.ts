import type { Cancellation, CancelSignal } from '../cancellation.js';
import type { Clock } from '../clock.js';

interface Waiter {
  admit(): void;
  refuse(error: unknown): void;
}

export interface GateOptions {
  /** How much work may be under way at once, unless it is changed. */
  readonly limit: number;
  /** Milliseconds each piece of work has, counted from its start: waiting for a place costs none. */
  readonly timeout: number;
  /** Made when work runs out of time. */
  readonly lateError: () => Error;
  /** Made when work is refused because the other side is silent. */
  readonly silentError: () => Error;
}

/** Must stop and reject when `signal` fires, and say with `answered` when the other side has answered, in whatever words. */
export type Work<T> = (signal: CancelSignal, answered: () => void) => Promise<T>;

/**
 * Admits work to one other side: a few pieces at a time, first come first served, each with a timeout of its own.
 *
 * A hanging other side costs one timeout in all, not one for every round of waiting work. When work runs out of time and
 * nothing whatever was answered since it started, the other side counts as silent, and work that would start now is refused
 * instead. The silence ends with the next answer, or when nothing is under way any more: then the next work tries again.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #clock: Clock;
  readonly #underWay = new Set<Cancellation>();
  readonly #waiting = new Set<Waiter>();
  #limit: number;
  #answers = 0;
  #silent = false;
  #closed: Error | undefined;

  constructor(options: GateOptions, clock: Clock) {
    this.#options = options;
    this.#limit = options.limit;
    this.#clock = clock;
  }

  /** How much work may be under way at once. Less than is under way stops nothing, but admits nothing either. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#admitWaiting();
  }

  /** Whether work that came now would have to wait. */
  get full(): boolean {
    return this.#underWay.size >= this.#limit;
  }

  /**
   * Rejects with what `work` rejects with, the reason of `cancellation`, or because of silence or closing. The cancellation is
   * this work's own, and ends it: whoever asked for it may use it, and so does the gate.
   */
  async run<T>(work: Work<T>, cancellation: Cancellation): Promise<T> {
    await this.#enter(cancellation);
    const answersBefore = this.#answers;
    const timer = this.#clock.setTimeout(() => {
      if (this.#answers === answersBefore) this.#silent = true;
      cancellation.abort(this.#options.lateError());
    }, this.#options.timeout);
    try {
      return await work(cancellation, () => this.#answered());
    } finally {
      timer.cancel();
      this.#leave(cancellation);
    }
  }

  /** Ends waiting work and work under way with `error`, and refuses later work with it. */
  close(error: Error): void {
    this.#closed ??= error;
    this.#refuseWaiting(() => error);
    for (const cancellation of this.#underWay) cancellation.abort(error);
  }

  async #enter(cancellation: Cancellation): Promise<void> {
    if (cancellation.aborted) throw cancellation.reason;
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#silent) throw this.#options.silentError();
    if (!this.full) {
      this.#underWay.add(cancellation);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(waiter);
        reject(cancellation.reason);
      };
      const waiter: Waiter = {
        admit: () => {
          cancellation.removeEventListener('abort', giveUp);
          this.#underWay.add(cancellation);
          resolve();
        },
        refuse: (error) => {
          cancellation.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      cancellation.addEventListener('abort', giveUp);
      this.#waiting.add(waiter);
    });
  }

  #answered(): void {
    this.#answers += 1;
    this.#silent = false;
  }

  #leave(cancellation: Cancellation): void {
    this.#underWay.delete(cancellation);
    if (this.#silent) this.#refuseWaiting(this.#options.silentError);
    this.#admitWaiting();
    if (this.#underWay.size === 0) this.#silent = false;
  }

  #admitWaiting(): void {
    for (const next of this.#waiting) {
      if (this.full) return;
      this.#waiting.delete(next);
      next.admit();
    }
  }

  #refuseWaiting(error: () => Error): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.refuse(error());
  }
}
