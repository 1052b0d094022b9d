import type { HealthFamily } from '../../../presets/gatewayz/health-families.js';
import { type DocumentedDifference, explain, type JobSamples, near } from './documented-differences.js';
import { type SeriesGroup, valuesAt } from './series-group.js';

/** The steps to compare, inclusive. Samples around them are used as well. */
export interface StepRange {
  readonly first: number;
  readonly last: number;
  /** Timestamp of a step, in seconds since the epoch. */
  readonly time: (step: number) => number;
  /** Seconds between two steps. */
  readonly seconds: number;
}

/** Result for one step; `nothing`: no sample to compare. */
export type StepVerdict = 'equal' | 'late' | 'gap' | 'different' | 'nothing' | DocumentedDifference;

/** Compares a series group of the old job with its counterpart in the new job, step by step. */
export function compareGroup(
  family: HealthFamily,
  old: SeriesGroup,
  fresh: SeriesGroup | undefined,
  samples: JobSamples,
  range: StepRange,
): readonly StepVerdict[] {
  const verdicts: StepVerdict[] = [];
  for (let step = range.first; step <= range.last; step += 1) {
    const seen = verdicts.slice(-samples.pollSteps);
    const verdict = judgeStep(family, old, fresh, samples, range, step);
    const isOpen =
      verdict === 'different' && step > range.last - samples.pollSteps && hasJustChanged(fresh, step, seen);
    verdicts.push(isOpen ? 'late' : verdict);
  }
  return verdicts;
}

function judgeStep(
  family: HealthFamily,
  old: SeriesGroup,
  fresh: SeriesGroup | undefined,
  samples: JobSamples,
  range: StepRange,
  step: number,
): StepVerdict {
  const values = valuesAt(fresh, step);
  const around = near(step, samples).map((at) => valuesAt(old, at));
  const isGap = values.length === 0;
  if (isGap ? around.some((list) => list.length === 0) : around.every((list) => list.length === 0)) return 'nothing';
  if (!isGap) {
    const agrees = agreement(family, range, step, samples.pollSteps);
    const isAmong = (list: readonly number[]) => (value: number) => list.some((other) => agrees(value, other));
    if (values.every(isAmong(valuesAt(old, step)))) return 'equal';
    if (values.every((value) => around.some((list) => isAmong(list)(value)))) return 'late';
  }
  return explain({ family, old, step, isGap }, samples) ?? (isGap ? 'gap' : 'different');
}

/** Timestamps of the last success agree within one poll interval, unless they lie in the future. */
function agreement({ source }: HealthFamily, range: StepRange, step: number, reach: number) {
  const poll = reach * range.seconds;
  if (source.kind !== 'last-success') return (value: number, old: number) => value === old;
  return (value: number, old: number) => value >= old - poll && value <= range.time(step) + poll;
}

/** Whether the new job has just changed, so that the old one may still follow. */
function hasJustChanged(fresh: SeriesGroup | undefined, step: number, seen: readonly StepVerdict[]): boolean {
  const now = valuesAt(fresh, step).join();
  return seen.some((verdict, index) => {
    const before = valuesAt(fresh, step - seen.length + index).join();
    return (verdict === 'equal' || verdict === 'late') && before !== now;
  });
}
