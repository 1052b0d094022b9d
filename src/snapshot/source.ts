import type { Clock, Timer } from '../clock.js';
import type { Collection, Collector } from '../model.js';

/** A collector that is left alone for as long as it asked for, and whose defects are failures like others. */
export class Source {
  /** By endpoint: the last instant at which any of its rows was answered, epoch milliseconds. */
  readonly answeredAt = new Map<string, number>();
  /** Why the last call failed. */
  failure: Collection['failure'];
  readonly #collector: Collector;
  readonly #clock: Clock;
  #rest: Timer | undefined;

  constructor(collector: Collector, clock: Clock) {
    this.#collector = collector;
    this.#clock = clock;
  }

  get name(): string {
    return this.#collector.name;
  }

  has(row: string): boolean {
    return this.#collector.has(row);
  }

  /** As the collector's own. */
  hurry(isWaitedFor: boolean): void {
    this.#collector.hurry?.(isWaitedFor);
  }

  /** Never rejects. While the collector wants to be left alone it is not asked, and fails as it did last. */
  async collect(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    if (this.#rest && this.failure) return failed(rows, this.failure);
    const collection = await this.#ask(evaluationTime, rows, signal);
    this.failure = collection.failure;
    const { retryAfter = 0 } = collection.failure ?? {};
    // A timer, not a time: the clock may be set back.
    if (retryAfter > 0) {
      this.#rest = this.#clock.setTimeout(() => {
        this.#rest = undefined;
      }, retryAfter * 1000);
    }
    return collection;
  }

  close(): void {
    this.#rest?.cancel();
  }

  async #ask(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    try {
      return await this.#collector.collect(evaluationTime, rows, signal);
    } catch (cause) {
      return failed(rows, { code: 'internal', reason: `bug: ${cause instanceof Error ? cause.message : cause}` });
    }
  }
}

function failed(rows: readonly string[], failure: NonNullable<Collection['failure']>): Collection {
  const outcomes = new Map(
    rows.map((row) => [
      row,
      { state: 'failed', reason: failure.reason, cause: { code: failure.code, metrics: [] } } as const,
    ]),
  );
  return { outcomes, durations: new Map(), querySeconds: 0, seriesOverLimit: new Map(), failure };
}
