import type { Catalogue } from '../catalogue/compile.js';
import type { CatalogueDefinition } from '../catalogue/definition.js';
import type { Family, Snapshot } from '../model.js';
import type { Representation, View } from '../render/representation.js';
import type { Settings } from '../settings/read-settings.js';

/** Plain data an engine is created from. It can be sent to a worker thread. */
export interface EngineInput {
  readonly settings: Settings;
  readonly definition: CatalogueDefinition;
  /** Of a catalogue that was created from the definition for these settings. */
  readonly queries: Catalogue['queries'];
}

/** One log line. */
export interface LogRecord {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type RefreshOutcome = 'success' | 'partial' | 'failure';

/** Values of the own metrics about refreshes. Times in epoch milliseconds, durations in seconds. */
export interface EngineState {
  /** Whether any collector has ever returned data. */
  readonly ready: boolean;
  readonly upstreamUp: boolean | undefined;
  readonly clockSkewSeconds: number | undefined;
  /** Requests to Prometheus retried after a closed connection. */
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

/** What the host is told without asking. */
export interface EngineEvents {
  /** New bytes of every warm view, after each refresh. */
  readonly publish: (representations: readonly Representation[]) => void;
  /** By family: label sets over the series limit. Called on every change. */
  readonly seriesOverLimit: (counts: EngineState['seriesOverLimit']) => void;
  readonly log: (record: LogRecord) => void;
}

/** Collects and renders. Runs in a worker thread or in the host's thread. */
export interface Engine {
  /**
   * Bytes of a view. Queries Prometheus only if the endpoint is not warm. Undefined after `close`.
   *
   * @param since Arrival of the request, epoch milliseconds: starting a thread takes time.
   */
  fetch(view: View, since: number): Promise<Representation | undefined>;
  /** Keeps the view warm. */
  touch(view: View): void;
  /** Snapshot of an endpoint. Keeps it warm, like a view. Undefined after `close`. */
  snapshot(endpoint: string): Promise<Snapshot | undefined>;
  /** Keeps nothing warm. Waits a limited time for the first poll of the Health Service. Undefined after `close`. */
  state(): Promise<EngineState | undefined>;
  /** Resolves when all work has ended. May be called twice. */
  close(): Promise<void>;
}
