import { setMaxListeners } from 'node:events';
import type { Clock } from '../clock.js';

interface Waiter {
  admit(deadline: AbortController): void;
  refuse(error: unknown): void;
}

export interface GateOptions {
  /** How much work may be under way at once. */
  readonly limit: number;
  /** Milliseconds each piece of work has, counted from its start: waiting for a place costs none. */
  readonly timeout: number;
  /** Made when work runs out of time. */
  readonly lateError: () => Error;
  /** Made when work is refused because the other side is silent. */
  readonly silentError: () => Error;
}

/** Must stop and reject when `signal` fires, and say with `answered` when the other side has answered, in whatever words. */
export type Work<T> = (signal: AbortSignal, answered: () => void) => Promise<T>;

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
  readonly #underWay = new Set<AbortController>();
  readonly #waiting = new Set<Waiter>();
  #answers = 0;
  #silent = false;
  #closed: Error | undefined;

  constructor(options: GateOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Rejects with what `work` rejects with, or the reason of `signal`, or because of silence or closing. */
  async run<T>(work: Work<T>, signal: AbortSignal): Promise<T> {
    // Everything that one refresh asks shares a signal: more than ten listeners are no leak.
    setMaxListeners(0, signal);
    const deadline = await this.#enter(signal);
    const answersBefore = this.#answers;
    const timer = this.#clock.setTimeout(() => {
      if (this.#answers === answersBefore) this.#silent = true;
      deadline.abort(this.#options.lateError());
    }, this.#options.timeout);
    const abort = () => deadline.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await work(deadline.signal, () => this.#answered());
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', abort);
      this.#leave(deadline);
    }
  }

  /** Ends waiting work and work under way with `error`, and refuses later work with it. */
  close(error: Error): void {
    this.#closed ??= error;
    this.#refuseWaiting(() => error);
    for (const deadline of this.#underWay) deadline.abort(error);
  }

  async #enter(signal: AbortSignal): Promise<AbortController> {
    signal.throwIfAborted();
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#silent) throw this.#options.silentError();
    if (this.#underWay.size < this.#options.limit) return this.#start();
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        admit: (deadline) => {
          signal.removeEventListener('abort', giveUp);
          resolve(deadline);
        },
        refuse: (error) => {
          signal.removeEventListener('abort', giveUp);
          reject(error);
        },
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiter);
    });
  }

  #start(): AbortController {
    const deadline = new AbortController();
    this.#underWay.add(deadline);
    return deadline;
  }

  #answered(): void {
    this.#answers += 1;
    this.#silent = false;
  }

  #leave(deadline: AbortController): void {
    this.#underWay.delete(deadline);
    if (this.#silent) this.#refuseWaiting(this.#options.silentError);
    const [next] = this.#waiting;
    if (next !== undefined) {
      this.#waiting.delete(next);
      next.admit(this.#start());
    }
    if (this.#underWay.size === 0) this.#silent = false;
  }

  #refuseWaiting(error: () => Error): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.refuse(error());
  }
}
