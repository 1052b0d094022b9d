import type { RefreshReport } from '../snapshot/refresher.js';
import type { LogRecord, RefreshOutcome } from './engine.js';

/** What refreshes have come to so far, for our own metrics; and a log line at every change for better or worse. */
export class RefreshRecord {
  readonly refreshes: Record<RefreshOutcome, number> = { success: 0, partial: 0, failure: 0 };
  readonly rowDurations = new Map<string, number>();
  readonly rowInstants = new Map<string, number>();
  readonly dropped = new Map<string, number>();
  readonly #trouble = new Map<string, string>();
  readonly #log: (record: LogRecord) => void;
  ready = false;
  upstreamUp: boolean | undefined;
  snapshotInstant: number | undefined;
  intervalSeconds: number;

  constructor(intervalSeconds: number, log: (record: LogRecord) => void) {
    this.intervalSeconds = intervalSeconds;
    this.#log = log;
  }

  note({ collector, instant, collection, interval }: RefreshReport): void {
    const { failure, outcomes, durations, dropped } = collection;
    const states = [...outcomes.values()].map((outcome) => outcome.state);
    if (!failure) this.ready = true;
    if (collector === 'prometheus') {
      this.upstreamUp = !failure;
      this.intervalSeconds = interval / 1000;
      this.refreshes[failure ? 'failure' : states.includes('failed') ? 'partial' : 'success'] += 1;
      if (!failure) this.snapshotInstant = instant;
    }
    for (const [row, seconds] of durations) this.rowDurations.set(row, seconds);
    for (const [row, outcome] of outcomes) {
      if (outcome.state === 'present') this.rowInstants.set(row, outcome.instant ?? instant);
      if (!failure) this.#change(`row ${row}`, outcome.state === 'failed' ? outcome.reason : undefined, { row });
      this.#noteDropped(row, dropped);
    }
    this.#change(collector, failure?.reason, { collector, code: failure?.code }, failure?.code);
  }

  #noteDropped(row: string, dropped: ReadonlyMap<string, number>): void {
    const count = dropped.get(row);
    if (count !== undefined) this.dropped.set(row, count);
    else this.dropped.delete(row);
  }

  /** Logs once per change of `state`: a reason may differ in details from refresh to refresh. */
  #change(subject: string, reason: string | undefined, fields: Record<string, unknown>, state = reason): void {
    const before = this.#trouble.get(subject);
    if (before === state) return;
    if (reason === undefined || state === undefined) {
      this.#trouble.delete(subject);
      this.#log({ level: 'info', message: `${subject}: answers again`, fields });
    } else {
      this.#trouble.set(subject, state);
      this.#log({ level: 'warn', message: `${subject}: ${reason}`, fields });
    }
  }
}
