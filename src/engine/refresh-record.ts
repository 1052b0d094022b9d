import type { RefreshReport } from '../snapshot/refresher.js';
import type { EngineEvents, EngineState, LogRecord, RefreshOutcome } from './engine.js';

/** Record of refreshes for the own metrics. Logs every change between working and failing. */
export class RefreshRecord {
  readonly refreshes: Record<RefreshOutcome, number> = { success: 0, partial: 0, failure: 0 };
  /** By row of the last refresh. Rows that are no longer requested are dropped. */
  readonly rowDurations = new Map<string, number>();
  readonly rowTimes = new Map<string, number>();
  readonly seriesOverLimit = new Map<string, { readonly family: string; readonly count: number }>();
  readonly #refreshed = new Map<string, { readonly evaluationTime: number; readonly rows: Set<string> }>();
  readonly #problems = new Map<string, string>();
  readonly #events: Pick<EngineEvents, 'log' | 'seriesOverLimit'>;
  #announced = '{}';
  /** Whether Prometheus has ever responded. */
  ready = false;
  upstreamUp: boolean | undefined;
  snapshotTime: number | undefined;
  intervalSeconds: number;

  constructor(intervalSeconds: number, events: Pick<EngineEvents, 'log' | 'seriesOverLimit'>) {
    this.intervalSeconds = intervalSeconds;
    this.#events = events;
  }

  /** The part of the engine's state that refreshes decide. */
  state(): Omit<EngineState, 'clockSkewSeconds' | 'retries' | 'healthFamilies' | 'healthEndpoints'> {
    return {
      ready: this.ready,
      upstreamUp: this.upstreamUp,
      snapshotTime: this.snapshotTime,
      intervalSeconds: this.intervalSeconds,
      refreshes: { ...this.refreshes },
      rowDurations: Object.fromEntries(this.rowDurations),
      rowTimes: Object.fromEntries(this.rowTimes),
      seriesOverLimit: this.#countsByFamily(),
    };
  }

  note({ collector, evaluationTime, collection, interval }: RefreshReport): void {
    const { failure, outcomes, durations, seriesOverLimit } = collection;
    this.#forgetOthers(collector, evaluationTime, outcomes.keys());
    for (const [row, seconds] of durations) this.rowDurations.set(row, seconds);
    for (const [row, outcome] of outcomes) {
      if (outcome.state === 'present') this.rowTimes.set(row, outcome.evaluationTime ?? evaluationTime);
      const overLimit = seriesOverLimit.get(row);
      if (overLimit === undefined) this.seriesOverLimit.delete(row);
      else this.seriesOverLimit.set(row, overLimit);
    }
    if (collector === 'prometheus') {
      const states = [...outcomes.values()].map(({ state }) => state);
      this.upstreamUp = !failure;
      this.ready ||= !failure;
      this.intervalSeconds = interval / 1000;
      this.refreshes[failure ? 'failure' : states.includes('failed') ? 'partial' : 'success'] += 1;
      if (!failure) {
        this.snapshotTime = evaluationTime;
        for (const [row, outcome] of outcomes) {
          // The reason of a failing query may differ each time: that is no change.
          if (outcome.state === 'failed') this.#reportProblem(`row ${row}`, 'failed', outcome.reason, { row });
          else this.#reportRecovery(`row ${row}`, { row });
        }
      }
    }
    this.#announceSeriesOverLimit();
    if (failure)
      this.#reportProblem(collector, failure.code, failure.reason, {
        collector,
        code: failure.code,
        ...(failure.cause !== undefined && { err: failure.cause }),
      });
    else this.#reportRecovery(collector, { collector });
  }

  #countsByFamily(): EngineState['seriesOverLimit'] {
    return Object.fromEntries([...this.seriesOverLimit.values()].map(({ family, count }) => [family, count]));
  }

  #announceSeriesOverLimit(): void {
    const counts = this.#countsByFamily();
    const text = JSON.stringify(counts);
    if (text !== this.#announced) this.#events.seriesOverLimit(counts);
    this.#announced = text;
  }

  #forgetOthers(collector: string, evaluationTime: number, rows: Iterable<string>): void {
    const last = this.#refreshed.get(collector);
    if (last?.evaluationTime === evaluationTime) {
      for (const row of rows) last.rows.add(row);
      return;
    }
    const now = { evaluationTime, rows: new Set(rows) };
    this.#refreshed.set(collector, now);
    for (const row of last?.rows ?? []) {
      if (now.rows.has(row)) continue;
      for (const values of [this.rowDurations, this.rowTimes, this.seriesOverLimit]) values.delete(row);
    }
  }

  /** Logs once per problem, until the subject recovers or its problem changes. */
  #reportProblem(subject: string, state: string, reason: string, fields: LogRecord['fields']): void {
    if (this.#problems.get(subject) === state) return;
    this.#problems.set(subject, state);
    this.#events.log({ level: 'warn', message: `${subject}: ${reason}`, fields });
  }

  #reportRecovery(subject: string, fields: LogRecord['fields']): void {
    if (this.#problems.delete(subject)) this.#events.log({ level: 'info', message: `${subject}: recovered`, fields });
  }
}
