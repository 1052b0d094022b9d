import type { Clock, Timer } from '../clock.js';

/** Part of the stale limit for which a refresh that nobody waits for may take its time: readers wait for it in the end. */
const leisure = 0.1;

interface Hurried {
  hurry(isWaitedFor: boolean): void;
}

/** How much of a hurry a refresh is in: as soon as somebody waits for it, or once it has taken long. */
export class Pace {
  readonly #sources: readonly Hurried[];
  readonly #clock: Clock;
  readonly #leisure: number;
  #late: Timer | undefined;

  /** @param staleLimit Milliseconds. */
  constructor(sources: readonly Hurried[], clock: Clock, staleLimit: number) {
    this.#sources = sources;
    this.#clock = clock;
    this.#leisure = staleLimit * leisure;
  }

  begin(isWaitedFor: boolean): void {
    this.#tell(isWaitedFor);
    if (!isWaitedFor) this.#late = this.#clock.setTimeout(() => this.hurry(), this.#leisure);
  }

  hurry(): void {
    this.end();
    this.#tell(true);
  }

  end(): void {
    this.#late?.cancel();
    this.#late = undefined;
  }

  #tell(isWaitedFor: boolean): void {
    for (const source of this.#sources) source.hurry(isWaitedFor);
  }
}
