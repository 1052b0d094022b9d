/** What the console's data endpoint returns: shared by the server and the page, so types only. */

export type ProviderState = 'healthy' | 'degraded' | 'down' | 'idle';

/** Worst first. `unknown`: nothing recent enough to judge by; `partial`: some values are missing or old. */
export type VerdictState = 'unknown' | 'down' | 'trouble' | 'degraded' | 'partial' | 'quiet' | 'well';

export interface Verdict {
  readonly state: VerdictState;
  readonly sentence: string;
}

export interface FieldDescription {
  /** `section.field`, as in `/summary`. */
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly help: string;
  /** A total only grows until a restart, so a change against the hour before means nothing. */
  readonly kind: 'total' | 'current';
}

export interface SectionDescription {
  readonly title: string;
  readonly fields: readonly FieldDescription[];
}

/** Columns by evaluation timestamp. */
export interface HistoryColumns {
  /** Epoch milliseconds of the oldest recorded evaluation; null while nothing is recorded. */
  readonly recorded_since: number | null;
  /** Epoch milliseconds, ascending. */
  readonly timestamps: readonly number[];
  readonly values: Readonly<Record<string, readonly (number | null)[]>>;
  /** By provider, one letter per timestamp: `h`ealthy, `d`egraded, `x` down, `i`dle, `-` not known. */
  readonly states: Readonly<Record<string, string>>;
}

/** Null where a provider has no such value. Durations in seconds, ratios 0 to 1. */
export interface ProviderRow {
  readonly name: string;
  readonly state: ProviderState;
  /** Epoch milliseconds at which the state was first recorded; null if it has been so since recording began. */
  readonly since: number | null;
  readonly error_ratio: number | null;
  readonly requests_per_minute: number | null;
  readonly mean_seconds: number | null;
  readonly p95_seconds: number | null;
  readonly first_token_seconds: number | null;
}

export type ModelRanking = 'requests' | 'tokens' | 'credits' | 'p95' | 'errors';

/** One pair of model and provider, over the last hour. */
export interface ModelRow {
  readonly model: string;
  readonly provider: string;
  readonly requests: number | null;
  readonly error_ratio: number | null;
  readonly tokens: number | null;
  readonly credits: number | null;
  readonly p95_seconds: number | null;
}

export interface ModelTable {
  readonly ranking: ModelRanking;
  /** Number of pairs that have series; the rows are the first of them. */
  readonly total: number | null;
  readonly rows: readonly ModelRow[];
  /** Why there are no rows. */
  readonly reason?: string;
  /** Age in seconds, where the last evaluation failed. */
  readonly stale_seconds?: number;
}

/** The response of `console/data`. Everything in it was evaluated at `timestamp`. */
export interface ConsoleDocument {
  /** Name of the page's script, so that an open page notices an upgrade. */
  readonly build: string;
  readonly status: 'ok' | 'partial' | 'waiting' | 'stale';
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** Age of the evaluation when the response was made. */
  readonly age_seconds: number;
  readonly stale_limit_seconds: number;
  readonly verdict: Verdict;
  /** What to do next, in a new installation. */
  readonly hint?: string;
  /** Absent in responses to a request with `since`. */
  readonly sections?: readonly SectionDescription[];
  /** By field id; null where the value is missing. */
  readonly values: Readonly<Record<string, number | null>>;
  /** By field id: why the value is missing. */
  readonly missing: Readonly<Record<string, string>>;
  /** By field id: age in seconds of a last good value. */
  readonly stale: Readonly<Record<string, number>>;
  /** By field id: the value an hour before; rates, means and gauges only. */
  readonly hour_before: Readonly<Record<string, number>>;
  /** With `since`, only what is newer. */
  readonly history: HistoryColumns;
  readonly providers: readonly ProviderRow[];
  /** Why the table of providers is empty or old. */
  readonly providers_reason?: string;
  readonly models?: ModelTable;
}

/** The body of a 503. */
export interface ConsoleUnavailable {
  readonly build: string;
  readonly status: 'unavailable';
  readonly error: { readonly code: string; readonly message: string };
}

export type HistoryRange = '1h' | '6h' | '24h' | '7d';

/** The response of `console/history`. */
export interface HistoryDocument {
  readonly field: string;
  readonly range: HistoryRange;
  readonly step_seconds: number;
  readonly promql: string;
  /** Epoch milliseconds. */
  readonly timestamps: readonly number[];
  readonly values: readonly (number | null)[];
}
