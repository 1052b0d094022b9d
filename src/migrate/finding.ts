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

/** `by hand`: a trace that no rule can judge, or that cannot be cut without harm; nothing here touches it. */
export type FindingAction = 'remove' | 'replace' | 'keep' | 'by hand';

/** One trace of the exporter, as `migrate plan --json` prints it. */
export interface Finding {
  /** Relative to the root, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly kind: FindingKind;
  readonly action: FindingAction;
  /** A sentence; never a value of the file that could be a secret. */
  readonly why: string;
}
