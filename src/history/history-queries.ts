import type { CancelSignal } from '../cancellation.js';
import type { Clock } from '../clock.js';
import { GatewayzMetricsError } from '../errors.js';
import type { RangePoint, RangeWindow } from '../prometheus/range-client.js';
import type { HistoryRange } from './console-document.js';

/** A range query; rejects with a `GatewayzMetricsError`. */
export type QueryRange = (promql: string, window: RangeWindow, signal: AbortSignal) => Promise<readonly RangePoint[]>;

export interface History {
  readonly step: number;
  readonly timestamps: readonly number[];
  readonly values: readonly (number | null)[];
}

const second = 1000;
const hour = 3600 * second;
/** Milliseconds; at most 168 points each. */
const windows: Readonly<Record<HistoryRange, { readonly length: number; readonly step: number }>> = {
  '1h': { length: hour, step: 30 * second },
  '6h': { length: 6 * hour, step: 180 * second },
  '24h': { length: 24 * hour, step: 720 * second },
  '7d': { length: 168 * hour, step: hour },
};

export const historyRanges = Object.keys(windows) as readonly HistoryRange[];

interface Shared {
  readonly until: number;
  readonly result: Promise<History>;
  readonly controller: AbortController;
  readers: number;
}

/** Histories that may be under way at once, for all readers together. */
const mostRunning = 6;
const mostKept = 64;

/** Histories of single values: one query for all readers of the same one, cancelled when the last of them has gone. */
export class HistoryQueries {
  readonly #query: QueryRange;
  readonly #delay: number;
  readonly #clock: Clock;
  readonly #shared = new Map<string, Shared>();
  #running = 0;

  /** @param delay milliseconds that the newest point lies in the past at least */
  constructor(query: QueryRange, delay: number, clock: Clock) {
    this.#query = query;
    this.#delay = delay;
    this.#clock = clock;
  }

  /**
   * @param signal aborted when the reader goes away
   * @throws {GatewayzMetricsError} rate_limited while too many others are under way, or upstream_…
   */
  async read(promql: string, range: HistoryRange, signal?: CancelSignal): Promise<History> {
    const key = `${range} ${promql}`;
    const shared = this.#find(key) ?? this.#start(key, promql, range);
    shared.readers += 1;
    const leave = (): void => {
      shared.readers -= 1;
      if (shared.readers === 0) shared.controller.abort();
    };
    signal?.addEventListener('abort', leave);
    try {
      return await shared.result;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  #find(key: string): Shared | undefined {
    const shared = this.#shared.get(key);
    return shared && this.#clock.now() < shared.until && !shared.controller.signal.aborted ? shared : undefined;
  }

  #start(key: string, promql: string, range: HistoryRange): Shared {
    if (this.#running >= mostRunning) {
      throw new GatewayzMetricsError('rate_limited', 'Too many histories are being queried. Try again in a moment.', {
        retryAfter: 2,
      });
    }
    const { length, step } = windows[range];
    const now = this.#clock.now();
    const to = Math.floor((now - this.#delay) / step) * step;
    const controller = new AbortController();
    this.#running += 1;
    const result = this.#query(promql, { from: to - length, to, step }, controller.signal)
      .then((points) => columnsOf(points, to - length, to, step))
      .finally(() => {
        this.#running -= 1;
      });
    const shared: Shared = { until: to + step + this.#delay, result, controller, readers: 0 };
    this.#shared.delete(key);
    this.#shared.set(key, shared);
    // A failed one is not kept; its readers are told by `result` itself.
    result.catch(() => this.#shared.get(key) === shared && this.#shared.delete(key));
    const oldest = this.#shared.keys().next().value;
    if (this.#shared.size > mostKept && oldest !== undefined) this.#shared.delete(oldest);
    return shared;
  }
}

/** One column for each step, null where there is no value: a gap must not be closed. */
function columnsOf(points: readonly RangePoint[], from: number, to: number, step: number): History {
  const found = new Map(points.map(({ timestamp, value }) => [Math.round(timestamp), value]));
  const timestamps = Array.from({ length: Math.round((to - from) / step) + 1 }, (_, index) => from + index * step);
  const values = timestamps.map((timestamp) => {
    const value = found.get(timestamp);
    return value === undefined || !Number.isFinite(value) ? null : value;
  });
  return { step, timestamps, values };
}
