import type { Clock, Timer } from '../clock.js';

/** Part of the stale limit that a background refresh may take at low concurrency. */
const backgroundBudget = 0.1;

interface Prioritized {
  hurry(isWaitedFor: boolean): void;
}

/** Priority of a refresh: high as soon as a request waits for it, or once it has taken long. */
export class Pace {
  readonly #sources: readonly Prioritized[];
  readonly #clock: Clock;
  readonly #budget: number;
  #late: Timer | undefined;

  /** @param staleLimit Milliseconds. */
  constructor(sources: readonly Prioritized[], clock: Clock, staleLimit: number) {
    this.#sources = sources;
    this.#clock = clock;
    this.#budget = staleLimit * backgroundBudget;
  }

  begin(isWaitedFor: boolean): void {
    this.#set(isWaitedFor);
    if (!isWaitedFor) this.#late = this.#clock.setTimeout(() => this.raise(), this.#budget);
  }

  raise(): void {
    this.end();
    this.#set(true);
  }

  end(): void {
    this.#late?.cancel();
    this.#late = undefined;
  }

  #set(isWaitedFor: boolean): void {
    for (const source of this.#sources) source.hurry(isWaitedFor);
  }
}
