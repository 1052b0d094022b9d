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
 * What one row came to at one instant: an answer; nothing there, with a sentence a person can act on; or no way to tell.
 */
export type Outcome =
  | {
      readonly state: 'present';
      readonly metrics: readonly Metric[];
      /** Epoch milliseconds at which the source itself obtained a value that it has since failed to renew, and kept. */
      readonly instant?: number;
    }
  | { readonly state: 'absent'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string };

/** The result of one `collect` call. */
export interface Collection {
  /** By row id; every row that was asked for is there. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Response time in seconds that each row's own questions took; shared questions count for each row. */
  readonly durations: ReadonlyMap<string, number>;
  /** Summed upstream response time of this call, in seconds; every question counts once. */
  readonly cost: number;
  /** Label sets that the series cap left out, by family name. */
  readonly dropped: ReadonlyMap<string, number>;
  /** Set when the source as a whole could not be asked: every outcome has failed. */
  readonly failure?: { readonly code: string; readonly reason: string; readonly retryAfter?: number };
}

/** A source of rows: Prometheus, or the Health Service. */
export interface Collector {
  readonly name: string;
  /** Whether this collector answers for the row. */
  has(row: string): boolean;
  /**
   * Asks for `rows` as of `instant` (epoch milliseconds). Rejects only for a bug; whatever the source does is told in the
   * collection.
   */
  collect(instant: number, rows: readonly string[], signal: AbortSignal): Promise<Collection>;
  /**
   * Whether somebody waits for what is being collected, told at any time. Where nobody does, the source is asked for one thing
   * after the other, so that it has time for others.
   */
  hurry?(isWaitedFor: boolean): void;
}

/** What is known of one row: its last answer, and why there is no newer one. */
export interface RowState {
  /** Empty when there is nothing to show. */
  readonly metrics: readonly Metric[];
  /** When the metrics were true, epoch milliseconds; undefined if the row never had an answer. */
  readonly instant: number | undefined;
  /** When they last were more than a single NaN or infinity, epoch milliseconds; undefined if they never were. */
  readonly valuedAt: number | undefined;
  /** Why the metrics are missing or old; undefined while they are fresh. */
  readonly reason: string | undefined;
}

export type SnapshotStatus = 'ok' | 'stale' | 'unavailable';

/** What one endpoint shows. Never changes: a refresh makes a new one. */
export interface Snapshot {
  /**
   * The evaluation instant of its values, epoch milliseconds: of the last answer of the source that decides about `status`;
   * where nothing of that is left to show, of the newest other.
   */
  readonly instant: number;
  /** When it was made, epoch milliseconds. */
  readonly madeAt: number;
  /** When the next refresh is due, epoch milliseconds. */
  readonly nextRefresh: number;
  /** When it may no longer be shown, epoch milliseconds. */
  readonly expires: number;
  /** `stale`: the last refresh failed; `unavailable`: nothing recent enough to show. */
  readonly status: SnapshotStatus;
  /** Why the last refresh failed. */
  readonly failure: string | undefined;
  /** By row id, for every row of the endpoint. */
  readonly rows: ReadonlyMap<string, RowState>;
}
