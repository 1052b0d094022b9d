import type { Edit } from '../text/edit.js';
import type { VisibleOverlap } from './classify-query.js';
import type { Finding } from './finding.js';

/** A finding with its offsets and edits. */
export interface Trace extends Pick<Finding, 'kind' | 'action' | 'why'> {
  /** Offsets of the text it covers. */
  readonly start: number;
  readonly end: number;
  /** For `remove` and `replace`: the edits, valid for this trace alone. */
  readonly edits?: readonly Edit[];
  /** What a working query shows while both jobs are scraped, if that differs. */
  readonly overlap?: VisibleOverlap;
}
