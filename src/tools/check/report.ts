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
  /** Of a point that does not fail: worth a look, or not checked because another point fails. */
  readonly level?: 'warn' | 'skip';
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
 * How bad that is: `problem`: a wrong configuration; `not_exported`: the gateway does not export the metric; `idle`: nothing happened
 * that could be measured. Only a problem fails the check, unless it is strict.
 */
export type Severity = 'problem' | 'not_exported' | 'idle';

export interface Finding extends Missing {
  readonly severity: Severity;
}

export interface TargetReport {
  readonly panel: string;
  readonly refId: string;
  /** As the dashboard has it, variables included. */
  readonly expr: string;
  /** `empty`: no data, and none to come; `idle`: no data now; `skipped`: Grafana does not send it to Prometheus. */
  readonly result: 'data' | 'empty' | 'idle' | 'error' | 'skipped';
  /** Why it is not `data`. */
  readonly reason: string | null;
  /** Whether it fails the check. */
  readonly fails: boolean;
}

/** A metric name of a query that Prometheus does not have. */
export interface MissingMetric {
  readonly name: string;
  /** Names that it has, nearest first. */
  readonly nearest: readonly string[];
}

/** A label name of a query that the metric does not have. */
export interface MissingLabel {
  readonly metric: string;
  readonly label: string;
  readonly nearest: readonly string[];
  /** All labels that it has. */
  readonly has: readonly string[];
}

export interface MissingNames {
  readonly metrics: readonly MissingMetric[];
  readonly labels: readonly MissingLabel[];
}

export interface DashboardReport {
  /** Below the folder that was given, with `/`. */
  readonly file: string;
  readonly title: string;
  readonly targets: readonly TargetReport[];
}

/** A period without valid responses. Times are ISO 8601. */
export interface Gap {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  /** `service`: no response; `data`: old values or none; `watch`: no probe. */
  readonly what: 'service' | 'data' | 'watch';
  readonly reason: string;
}

export interface WatchReport {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly plannedSeconds: number;
  readonly probes: number;
  /** Share of probes in which every endpoint responded correctly, 0 to 1. */
  readonly availability: number;
  /** Share of probes in which the values were fresh, 0 to 1. */
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
  /** With dashboards: names in their queries that Prometheus does not have. */
  readonly missingNames?: MissingNames;
  readonly watch?: WatchReport;
}
