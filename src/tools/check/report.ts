/** One point of acceptance. */
export interface Criterion {
  /** Stable, for scripts: `endpoint.summary`, `time.all`, `fresh` and so on. */
  readonly id: string;
  readonly ok: boolean;
  /** What was measured; milliseconds where the budget is a time. Null where there is nothing to measure. */
  readonly value: number | string | null;
  /** What was expected. Null where there is no limit. */
  readonly budget: number | string | null;
  /** A sentence for people. */
  readonly detail: string;
}

/** A value that is not there, or not to be trusted. */
export interface Missing {
  /** `section.field` of the summary, or the name of a family that is in no field. */
  readonly field: string;
  readonly cause: string;
  /** The line to change. */
  readonly fix: string;
}

/**
 * How bad that is: `fault`, something is set up wrong; `unwritten`, the gateway writes no such metric; `idle`, nothing happened
 * that could be measured. Only a fault fails the check, unless it is strict.
 */
export type Severity = 'fault' | 'unwritten' | 'idle';

export interface Finding extends Missing {
  readonly severity: Severity;
}

export interface TargetReport {
  readonly panel: string;
  readonly refId: string;
  /** As the dashboard has it, variables included. */
  readonly expr: string;
  readonly result: 'data' | 'empty' | 'error' | 'skipped';
  /** Why it is not `data`. */
  readonly reason: string | null;
}

export interface DashboardReport {
  /** Below the folder that was given, with `/`. */
  readonly file: string;
  readonly title: string;
  readonly targets: readonly TargetReport[];
}

/** A span in which something did not answer as it should. Times are ISO 8601. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  /** `service`: it did not answer; `data`: it answered with old values or none; `watch`: nobody looked. */
  readonly what: 'service' | 'data' | 'watch';
  readonly reason: string;
}

export interface WatchReport {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly plannedSeconds: number;
  readonly looks: number;
  /** Share of looks at which every endpoint answered rightly, 0 to 1. */
  readonly availability: number;
  /** Share of looks at which the values were fresh, 0 to 1. */
  readonly freshness: number;
  readonly gaps: readonly Gap[];
  /** Milliseconds, by endpoint. */
  readonly worst: Readonly<Record<string, { readonly handling: number | null; readonly client: number }>>;
}

/** What `check --json` prints; its form is fixed. `watch` is there with `--watch`. */
export interface CheckReport {
  readonly ok: boolean;
  readonly criteria: readonly Criterion[];
  readonly missing: readonly Missing[];
  readonly dashboards: readonly DashboardReport[];
  readonly watch?: WatchReport;
}
