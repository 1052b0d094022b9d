import type { Catalogue } from '../catalogue/compile.js';
import type { Family, Snapshot } from '../model.js';
import type { Representation, View } from '../render/representation.js';
import type { Settings } from '../settings.js';

/** What an engine is made from: plain data, so that it can be handed to a thread. */
export interface EngineInput {
  readonly settings: Settings;
  /** Of a catalogue that was created for these settings. */
  readonly queries: Catalogue['queries'];
}

/** Something worth a log line. */
export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What our own metrics say about refreshes. Times in epoch milliseconds, durations in seconds. */
export interface EngineState {
  /** Whether any collector has ever answered. */
  readonly ready: boolean;
  readonly upstreamUp: boolean | undefined;
  readonly clockSkewSeconds: number | undefined;
  /** Requests to Prometheus that were sent again because their connection was closed under them. */
  readonly retries: number;
  readonly snapshotTime: number | undefined;
  readonly intervalSeconds: number;
  readonly refreshes: Readonly<Record<RefreshOutcome, number>>;
  readonly rowDurations: Readonly<Record<string, number>>;
  readonly rowTimes: Readonly<Record<string, number>>;
  readonly seriesOverLimit: Readonly<Record<string, number>>;
  readonly healthFamilies: readonly Family[];
  readonly healthEndpoints: Readonly<Record<string, boolean>>;
}

export const refreshOutcomes = ['success', 'partial', 'failure'] as const;
export type RefreshOutcome = (typeof refreshOutcomes)[number];

export interface EngineEvents {
  /** New bytes for every view that is kept warm; called before the `ask` that caused them resolves. */
  readonly publish: (representations: readonly Representation[]) => void;
  /** How many label sets of each family the series cap leaves out; called whenever that has changed. */
  readonly dropped: (counts: EngineState['seriesOverLimit']) => void;
  readonly log: (record: LogRecord) => void;
}

/** Collects and renders. Lives in a worker thread, or in the host's own where that is switched off. */
export interface Engine {
  /**
   * Makes the view available, asking upstream only if nothing is kept warm for its endpoint.
   *
   * @param since when the request came, epoch milliseconds: a thread takes time to start
   */
  ask(view: View, since: number): Promise<void>;
  /** Keeps the view warm. */
  touch(view: View): void;
  /** The snapshot of an endpoint, asked for like a view. */
  snapshot(endpoint: string): Promise<Snapshot | undefined>;
  /** Does not count as asking. Waits for the first poll of the Health Service, but not for long. Undefined after `close`. */
  state(): Promise<EngineState | undefined>;
  close(): Promise<void>;
}
