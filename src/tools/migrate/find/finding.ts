export type FindingKind =
  | 'compose service'
  | 'depends_on'
  | 'scrape job'
  | 'rule'
  | 'alert'
  | 'dashboard'
  | 'directory'
  | 'ci script'
  | 'environment'
  | 'document'
  | 'other';

/** `by hand`: migrate cannot decide or cannot edit safely; it leaves the trace alone. */
export type FindingAction = 'remove' | 'replace' | 'keep' | 'by hand';

/** A trace of the exporter as `migrate plan --json` prints it. */
export interface Finding {
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: FindingKind;
  readonly action: FindingAction;
  /** Reason, for people; never contains a secret. */
  readonly why: string;
}
