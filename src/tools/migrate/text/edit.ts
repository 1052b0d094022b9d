import { GatewayzMetricsError } from '../../../errors.js';

/** Replaces the characters from `start` up to `end` by `insert`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly insert: string;
}

/** Applies edits that do not overlap, in any order; all offsets are those of the text before. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let copied = 0;
  for (const { start, end, insert } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < copied || end < start || end > text.length) {
      throw new GatewayzMetricsError(
        'internal',
        `an edit of ${start} to ${end} overlaps another or the end of the text`,
      );
    }
    result += text.slice(copied, start) + insert;
    copied = end;
  }
  return result + text.slice(copied);
}
