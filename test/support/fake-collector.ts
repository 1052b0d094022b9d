import type { Collection, Collector, Outcome } from '../../src/model.js';
import { type Deferred, deferred } from './deferred.js';

export const present = (value: string, evaluationTime?: number): Outcome => ({
  state: 'present',
  metrics: [{ labels: {}, value }],
  ...(evaluationTime !== undefined && { evaluationTime: evaluationTime }),
});
export const absent = (reason: string): Outcome => ({ state: 'missing', reason });
export const failed = (reason: string): Outcome => ({ state: 'failed', reason });

/** A source of rows that answers what it is told and records what it is asked. */
export class FakeCollector implements Collector {
  readonly name: string;
  /** Every call so far. */
  readonly calls: { readonly evaluationTime: number; readonly rows: readonly string[] }[] = [];
  /** Whether somebody waited, each time that it was told. */
  readonly hurried: boolean[] = [];
  /** Calls that have not been answered, now and at most. */
  inFlight = 0;
  maxInFlight = 0;
  /** What rows come to; a row that is not there is present with the value 1. */
  outcomes: Readonly<Record<string, Outcome>> = {};
  /** Fails as a whole: every row that has no outcome of its own fails for this reason. */
  failure: Collection['failure'];
  /** Seconds that a call costs, or by call. */
  cost: number | ((rows: readonly string[]) => number) = 0;
  dropped: Readonly<Record<string, number>> = {};
  /** Breaks its contract: throws this. */
  defect: unknown;
  readonly #rows: ReadonlySet<string>;
  #gate: Deferred | undefined;

  constructor(name: string, rows: readonly string[]) {
    this.name = name;
    this.#rows = new Set(rows);
  }

  /** The instants asked about, in the order of the calls. */
  get instants(): readonly number[] {
    return this.calls.map(({ evaluationTime }) => evaluationTime);
  }

  /** Makes calls wait until the returned function is called, or until they are broken off. */
  hold(): () => void {
    const gate = deferred();
    this.#gate = gate;
    return () => {
      this.#gate = undefined;
      gate.resolve();
    };
  }

  has(row: string): boolean {
    return this.#rows.has(row);
  }

  hurry(isWaitedFor: boolean): void {
    this.hurried.push(isWaitedFor);
  }

  collect(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    this.calls.push({ evaluationTime, rows });
    // Not as a rejection: the worst that a collector can do.
    if (this.defect !== undefined) throw this.defect;
    return this.#answer(rows, signal);
  }

  async #answer(rows: readonly string[], signal: AbortSignal): Promise<Collection> {
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    if (this.#gate) {
      const broken = deferred();
      signal.addEventListener('abort', broken.resolve);
      await Promise.race([this.#gate.promise, broken.promise]);
    }
    this.inFlight -= 1;
    const { failure, cost, dropped } = this;
    const otherwise = failure ? failed(failure.reason) : present('1');
    return {
      outcomes: new Map(rows.map((row) => [row, this.outcomes[row] ?? otherwise])),
      durations: new Map(rows.map((row) => [row, 0.01])),
      querySeconds: failure ? 0 : typeof cost === 'number' ? cost : cost(rows),
      seriesOverLimit: new Map(Object.entries(dropped).map(([row, count]) => [row, { family: row, count }])),
      ...(failure && { failure }),
    };
  }
}
