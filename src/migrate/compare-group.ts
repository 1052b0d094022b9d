import type { HealthFamily } from '../catalogue/health.js';
import { type DocumentedDifference, type Evidence, explain, near } from './documented-differences.js';
import { type SeriesGroup, valuesAt } from './series-group.js';

/** The steps that are judged, both ends included; samples around them are looked at as well. */
export interface StepRange {
  readonly first: number;
  readonly last: number;
  /** Time of a step in seconds since the epoch. */
  readonly time: (step: number) => number;
  /** Seconds between two steps. */
  readonly seconds: number;
}

/** How the new job stands to the old one at one step; `nothing`: there is nothing to compare. */
export type StepVerdict = 'equal' | 'late' | 'gap' | 'different' | 'nothing' | DocumentedDifference;

/** Judges each step of a group of series of the old job against the group that stands for it in the new job. */
export function compareGroup(
  family: HealthFamily,
  old: SeriesGroup,
  fresh: SeriesGroup | undefined,
  evidence: Evidence,
  range: StepRange,
): readonly StepVerdict[] {
  const verdicts: StepVerdict[] = [];
  for (let step = range.first; step <= range.last; step += 1) {
    const seen = verdicts.slice(-evidence.reach);
    const verdict = judgeStep(family, old, fresh, evidence, range, step);
    const isOpen = verdict === 'different' && step > range.last - evidence.reach && hasJustChanged(fresh, step, seen);
    verdicts.push(isOpen ? 'late' : verdict);
  }
  return verdicts;
}

function judgeStep(
  family: HealthFamily,
  old: SeriesGroup,
  fresh: SeriesGroup | undefined,
  evidence: Evidence,
  range: StepRange,
  step: number,
): StepVerdict {
  const values = valuesAt(fresh, step);
  const around = near(step, evidence).map((at) => valuesAt(old, at));
  const isGap = values.length === 0;
  if (isGap ? around.some((list) => list.length === 0) : around.every((list) => list.length === 0)) return 'nothing';
  if (!isGap) {
    const agrees = agreement(family, range, step, evidence.reach);
    const isAmong = (list: readonly number[]) => (value: number) => list.some((other) => agrees(value, other));
    if (values.every(isAmong(valuesAt(old, step)))) return 'equal';
    if (values.every((value) => around.some((list) => isAmong(list)(value)))) return 'late';
  }
  return explain({ family, old, step, isGap }, evidence) ?? (isGap ? 'gap' : 'different');
}

/** A time of the last success agrees when it is at most one poll older than the old one's, and not in the future. */
function agreement({ source }: HealthFamily, range: StepRange, step: number, reach: number) {
  const poll = reach * range.seconds;
  if (source.kind !== 'last-success') return (value: number, old: number) => value === old;
  return (value: number, old: number) => value >= old - poll && value <= range.time(step) + poll;
}

/** The new job is ahead: whether the old one follows is not known yet. */
function hasJustChanged(fresh: SeriesGroup | undefined, step: number, seen: readonly StepVerdict[]): boolean {
  const now = valuesAt(fresh, step).join();
  return seen.some((verdict, index) => {
    const before = valuesAt(fresh, step - seen.length + index).join();
    return (verdict === 'equal' || verdict === 'late') && before !== now;
  });
}
