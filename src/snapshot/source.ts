import type { Collection, Collector } from '../model.js';

/** A collector with the results the refresher remembers. A bug in the collector is a failure like others. */
export class Source {
  /** By endpoint: last evaluation timestamp at which any of its rows was answered, epoch milliseconds. */
  readonly answeredAt = new Map<string, number>();
  /** Why the last call failed. */
  failure: Collection['failure'];
  /** What an operator can do while no value has ever come. */
  hint: string | undefined;
  readonly #collector: Collector;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  get name(): string {
    return this.#collector.name;
  }

  has(row: string): boolean {
    return this.#collector.has(row);
  }

  hurry(isWaitedFor: boolean): void {
    this.#collector.hurry?.(isWaitedFor);
  }

  /** Never rejects. */
  async collect(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    const collection = await this.#collect(evaluationTime, rows, signal);
    this.failure = collection.failure;
    if (!collection.failure) this.hint = collection.hint;
    return collection;
  }

  async #collect(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    try {
      return await this.#collector.collect(evaluationTime, rows, signal);
    } catch (cause) {
      const reason = `bug: ${cause instanceof Error ? cause.message : cause}`;
      return {
        outcomes: new Map(
          rows.map((row) => [row, { state: 'failed', reason, cause: { code: 'internal', metrics: [] } } as const]),
        ),
        durations: new Map(),
        querySeconds: 0,
        seriesOverLimit: new Map(),
        failure: { code: 'internal', reason, cause },
      };
    }
  }
}
