import type { HealthFamily } from '../catalogue/health.js';
import { type DocumentedDifference, type Evidence, explain, near } from './documented-differences.js';
import { counterpart, groupSeries, type SeriesGroup, valuesAt } from './series-group.js';

/** The steps that are judged, the last included; samples around them are only looked at. */
export interface StepRange {
  readonly first: number;
  readonly last: number;
  /** Of the first step, and between two, in seconds. */
  readonly time: (step: number) => number;
  readonly seconds: number;
}

/** How a family of the new job compares to the same family of the old one. Counts are of steps, summed over series. */
export interface FamilyComparison {
  readonly family: string;
  readonly ok: boolean;
  /** Label sets of the old job. */
  readonly series: number;
  readonly equal: number;
  /** Not equal at the step itself, but to a value within one poll of it. */
  readonly late: number;
  /** Explained, by what explains them. */
  readonly documented: Readonly<Partial<Record<DocumentedDifference, number>>>;
  /** Without a sample of the new job where the old one has one. */
  readonly gaps: number;
  readonly different: number;
  /** Why it is not ok, or what a person should know. */
  readonly note: string;
}

type Verdict = 'equal' | 'late' | 'gap' | 'different' | 'nothing' | { readonly documented: DocumentedDifference };

export function compareFamily(family: HealthFamily, evidence: Evidence, range: StepRange): FamilyComparison {
  const of = (series: Evidence['old']) => groupSeries(series.filter(({ name }) => name === family.name));
  const [old, fresh] = [of(evidence.old), of(evidence.fresh)];
  const verdicts = old.flatMap((group) => compareGroup(family, group, counterpart(group, fresh, family.labels), evidence, range));
  const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length;
  const documented: Partial<Record<DocumentedDifference, number>> = {};
  for (const verdict of verdicts) {
    if (typeof verdict === 'object') documented[verdict.documented] = (documented[verdict.documented] ?? 0) + 1;
  }
  const counts = { equal: count('equal'), late: count('late'), gaps: count('gap'), different: count('different') };
  const tolerable = verdicts.every((verdict, index) => verdict !== 'gap' || isShortGap(verdicts, index, evidence.reach));
  const note = noteOn(family, old, fresh, counts, documented, tolerable, evidence);
  return { family: family.name, ok: note.ok, series: old.length, ...counts, documented, note: note.text };
}
