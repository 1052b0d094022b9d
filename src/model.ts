/** Label names and values of one series, without `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** One element of an instant vector. `value` is the text Prometheus sent (`"1"`, `"NaN"`, `"+Inf"`): no float round trip. */
export interface Sample {
  readonly labels: Labels;
  readonly value: string;
}

export type Vector = readonly Sample[];

/** One cumulative bucket; `le` is the upper bound as text, `+Inf` for the last. */
export interface Bucket {
  readonly le: string;
  readonly value: string;
}

/** `buckets` ascend by bound, are cumulative and end with `+Inf`, whose value is also the `_count`. */
export interface HistogramMetric {
  readonly labels: Labels;
  readonly buckets: readonly Bucket[];
  readonly sum?: string;
}

export interface Quantile {
  readonly quantile: string;
  readonly value: string;
}

export interface SummaryMetric {
  readonly labels: Labels;
  readonly quantiles: readonly Quantile[];
  readonly sum?: string;
  readonly count?: string;
}

export type Metric = Sample | HistogramMetric | SummaryMetric;

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** What HELP, TYPE and UNIT lines say. `name` carries `_total` on counters; `unit` is a suffix of the name, or empty. */
export interface FamilyHeader {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

/** A metric family. The shape of `metrics` goes with `type`: samples, histograms or summaries, unique by labels. */
export type Family = FamilyHeader &
  (
    | { readonly type: 'counter' | 'gauge'; readonly metrics: readonly Sample[] }
    | { readonly type: 'histogram'; readonly metrics: readonly HistogramMetric[] }
    | { readonly type: 'summary'; readonly metrics: readonly SummaryMetric[] }
  );

/**
 * Result of one row at one evaluation timestamp: metrics, no data (with the reason), or a failed query.
 */
export type Outcome =
  | {
      readonly state: 'present';
      readonly metrics: readonly Metric[];
      /** Epoch milliseconds of the source's last good value, when it could not refresh it since. */
      readonly evaluationTime?: number;
    }
  | { readonly state: 'missing'; readonly reason: string; readonly cause?: Cause }
  | { readonly state: 'failed'; readonly reason: string; readonly cause?: Cause };

/** Why a value is missing or stale, for programs; the reason beside it is for people. */
export interface Cause {
  /** A missing code of the catalogue, or an error code. */
  readonly code: string;
  /** Names of the metrics concerned. */
  readonly metrics: readonly string[];
}

/** The result of one `collect` call. */
export interface Collection {
  /** By row id, for every requested row. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** By row: response time of its queries in seconds. Shared queries count for each row. */
  readonly durations: ReadonlyMap<string, number>;
  /** Summed response time of all queries in seconds. Shared queries count once. */
  readonly querySeconds: number;
  /** By row id: family and number of its label sets over METRICS_MAX_SERIES. */
  readonly seriesOverLimit: ReadonlyMap<string, { readonly family: string; readonly count: number }>;
  /** What an operator can do while no value has ever come. */
  readonly hint?: string | undefined;
  /** Set when the source as a whole failed; then every outcome has failed. */
  readonly failure?: {
    readonly code: string;
    readonly reason: string;
    readonly retryAfter?: number;
    /** What was thrown, for a bug. */
    readonly cause?: unknown;
  };
}

/** A source of rows: Prometheus, or the Health Service. */
export interface Collector {
  readonly name: string;
  /** Whether this collector provides the row. */
  has(row: string): boolean;
  /**
   * Queries `rows` at an evaluation timestamp (epoch milliseconds). Rejects only for a bug; errors of the source are in
   * the collection.
   */
  collect(evaluationTime: number, rows: readonly string[], signal: AbortSignal): Promise<Collection>;
  /**
   * Whether somebody waits for what is being collected, told at any time. Where nobody does, the source is asked for one thing
   * after the other, so that it has time for others.
   */
  hurry?(isWaitedFor: boolean): void;
}

/** Last good metrics of one row, and why there are no newer ones. */
export interface RowState {
  /** Empty when there is nothing to show. */
  readonly metrics: readonly Metric[];
  /** Evaluation timestamp of the metrics, epoch milliseconds; undefined before the first. */
  readonly evaluationTime: number | undefined;
  /** Evaluation timestamp of the last usable value, epoch milliseconds; undefined before the first. */
  readonly valuedAt: number | undefined;
  /** Why the metrics are missing or stale; undefined while they are fresh. */
  readonly reason: string | undefined;
  /** The same for programs. */
  readonly cause?: Cause | undefined;
}

export type SnapshotStatus = 'ok' | 'stale' | 'unavailable';

/** Immutable state of one endpoint's rows after one refresh. */
export interface Snapshot {
  /**
   * Evaluation timestamp of the values, epoch milliseconds: that of the source that decides `status`, or, if nothing of it
   * can be shown, of the newest other source.
   */
  readonly evaluationTime: number;
  /** When it was made, epoch milliseconds. */
  readonly madeAt: number;
  /** When the next refresh is due, epoch milliseconds. */
  readonly nextRefresh: number;
  /** When the next refresh is late by one interval, epoch milliseconds; the snapshot is stale from then on. */
  readonly overdueAt: number;
  /** When it may no longer be shown, epoch milliseconds. */
  readonly expires: number;
  /** `stale`: the last refresh failed or is overdue; `unavailable`: nothing recent enough to show. */
  readonly status: SnapshotStatus;
  /** Why the last refresh failed. */
  readonly failure: string | undefined;
  /** What an operator can do while no value has ever come. */
  readonly hint?: string | undefined;
  /** Clock of Prometheus minus ours, in seconds. */
  readonly clockSkewSeconds?: number | undefined;
  /** Made before Prometheus responded, from the Health Service alone. */
  readonly provisional?: boolean;
  /** By row id, for every row of the endpoint. */
  readonly rows: ReadonlyMap<string, RowState>;
}
