import type { Cancellation, CancelSignal } from '../cancellation.js';
import type { Clock } from '../clock.js';

interface Waiter {
  readonly owner: string;
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
 * Admits work to one upstream: a few pieces at a time, each with a timeout of its own. A free place goes to the owner with the
 * least work in progress, then to the one who had no turn for longest: nobody waits for all the work of another owner.
 *
 * A hanging other side costs one timeout in all, not one for every round of waiting work. When work runs out of time and
 * nothing whatever was answered since it started, the other side counts as silent, and work that would start now is refused
 * instead. The silence ends with the next answer, or when nothing is under way any more: then the next work tries again.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #clock: Clock;
  /** Work in progress, with its owner. */
  readonly #underWay = new Map<Cancellation, string>();
  readonly #waiting = new Set<Waiter>();
  /** When each owner was last admitted, counted in admissions; forgotten while nobody waits. */
  readonly #lastTurn = new Map<string, number>();
  #turns = 0;
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
  async run<T>(work: Work<T>, cancellation: Cancellation, owner = ''): Promise<T> {
    await this.#enter(cancellation, owner);
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
    for (const cancellation of [...this.#underWay.keys()]) cancellation.abort(error);
  }

  async #enter(cancellation: Cancellation, owner: string): Promise<void> {
    if (cancellation.aborted) throw cancellation.reason;
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#silent) throw this.#options.silentError();
    if (!this.full) {
      if (this.#waiting.size === 0) this.#lastTurn.clear();
      this.#admit(cancellation, owner);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.delete(waiter);
        reject(cancellation.reason);
      };
      const waiter: Waiter = {
        owner,
        admit: () => {
          cancellation.removeEventListener('abort', giveUp);
          this.#admit(cancellation, owner);
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

  #admit(cancellation: Cancellation, owner: string): void {
    this.#underWay.set(cancellation, owner);
    this.#turns += 1;
    this.#lastTurn.set(owner, this.#turns);
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
    while (!this.full) {
      const next = this.#nextWaiter();
      if (!next) return;
      this.#waiting.delete(next);
      next.admit();
    }
  }

  /** The first waiter of the owner whose turn it is. */
  #nextWaiter(): Waiter | undefined {
    const inProgress = new Map<string, number>();
    for (const owner of this.#underWay.values()) inProgress.set(owner, (inProgress.get(owner) ?? 0) + 1);
    const rank = ({ owner }: Waiter): readonly [number, number] => [
      inProgress.get(owner) ?? 0,
      this.#lastTurn.get(owner) ?? 0,
    ];
    let next: Waiter | undefined;
    let best: readonly [number, number] = [Number.POSITIVE_INFINITY, 0];
    for (const waiter of this.#waiting) {
      const [count, turn] = rank(waiter);
      if (count < best[0] || (count === best[0] && turn < best[1])) [next, best] = [waiter, [count, turn]];
    }
    return next;
  }

  #refuseWaiting(error: () => Error): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const waiter of waiting) waiter.refuse(error());
  }
}
