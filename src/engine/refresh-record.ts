import type { RefreshReport } from '../snapshot/refresher.js';
import type { LogRecord, RefreshOutcome } from './engine.js';

/** What refreshes have come to so far, for our own metrics; and a log line at every change for better or worse. */
export class RefreshRecord {
  readonly refreshes: Record<RefreshOutcome, number> = { success: 0, partial: 0, failure: 0 };
  /** By row, of those that the last refresh was about: what nobody asks for any more is not old, but gone. */
  readonly rowDurations = new Map<string, number>();
  readonly rowInstants = new Map<string, number>();
  readonly dropped = new Map<string, number>();
  readonly #refreshed = new Map<string, { readonly evaluationTime: number; readonly rows: Set<string> }>();
  readonly #trouble = new Map<string, string>();
  readonly #log: (record: LogRecord) => void;
  /** Whether Prometheus has ever answered. */
  ready = false;
  upstreamUp: boolean | undefined;
  snapshotInstant: number | undefined;
  intervalSeconds: number;

  constructor(intervalSeconds: number, log: (record: LogRecord) => void) {
    this.intervalSeconds = intervalSeconds;
    this.#log = log;
  }

  note({ collector, evaluationTime, collection, interval }: RefreshReport): void {
    const { failure, outcomes, durations, seriesOverLimit: dropped } = collection;
    this.#forgetOthers(collector, evaluationTime, outcomes.keys());
    for (const [row, seconds] of durations) this.rowDurations.set(row, seconds);
    for (const [row, outcome] of outcomes) {
      if (outcome.state === 'present') this.rowInstants.set(row, outcome.evaluationTime ?? evaluationTime);
      const count = dropped.get(row);
      if (count === undefined) this.dropped.delete(row);
      else this.dropped.set(row, count);
    }
    if (collector === 'prometheus') {
      const states = [...outcomes.values()].map(({ state }) => state);
      this.upstreamUp = !failure;
      this.ready ||= !failure;
      this.intervalSeconds = interval / 1000;
      this.refreshes[failure ? 'failure' : states.includes('failed') ? 'partial' : 'success'] += 1;
      if (!failure) {
        this.snapshotInstant = evaluationTime;
        for (const [row, outcome] of outcomes) {
          // The reason of a failing query may differ each time: that is no change.
          if (outcome.state === 'failed') this.#worse(`row ${row}`, 'failed', outcome.reason, { row });
          else this.#better(`row ${row}`, { row });
        }
      }
    }
    if (failure) this.#worse(collector, failure.code, failure.reason, { collector, code: failure.code });
    else this.#better(collector, { collector });
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
      for (const values of [this.rowDurations, this.rowInstants, this.dropped]) values.delete(row);
    }
  }

  /** Logs once, until the subject is better or its state another. */
  #worse(subject: string, state: string, reason: string, fields: LogRecord['fields']): void {
    if (this.#trouble.get(subject) === state) return;
    this.#trouble.set(subject, state);
    this.#log({ level: 'warn', message: `${subject}: ${reason}`, fields });
  }

  #better(subject: string, fields: LogRecord['fields']): void {
    if (this.#trouble.delete(subject)) this.#log({ level: 'info', message: `${subject}: recovered`, fields });
  }
}
