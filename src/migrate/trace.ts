import type { Edit } from './edit.js';
import type { Finding } from './finding.js';
import type { Meanwhile } from './judge-expression.js';

/** A finding with its place in the text of its file, and what applying it comes to. */
export interface Trace extends Pick<Finding, 'kind' | 'action' | 'why'> {
  /** The part of the text that this speaks for. */
  readonly start: number;
  readonly end: number;
  /** Where `action` is `remove` or `replace`: the edits that do it, each trace alone. */
  readonly edits?: readonly Edit[];
  /** Of a query that goes on working: what it shows while both jobs are scraped, unless that is no different. */
  readonly meanwhile?: Meanwhile;
}
