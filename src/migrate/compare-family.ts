import type { HealthFamily } from '../catalogue/health.js';
import { compareGroup, type StepRange, type StepVerdict } from './compare-group.js';
import { type DocumentedDifference, documentedDifferences, type Evidence } from './documented-differences.js';
import { counterpart, groupSeries } from './series-group.js';

/** How a family of the new job compares to the same family of the old one. Counts are of steps, summed over label sets. */
export interface FamilyComparison {
  readonly family: string;
  readonly ok: boolean;
  /** Label sets of the old job. */
  readonly series: number;
  readonly equal: number;
  /** Not equal at the step itself, but to a value within one poll of it. */
  readonly late: number;
  /** Without a sample of the new job where the old one has one. */
  readonly gaps: number;
  readonly different: number;
  /** Explained, by what explains them. */
  readonly documented: Readonly<Partial<Record<DocumentedDifference, number>>>;
  /** Why it is not ok, or what a person should know; may be empty. */
  readonly note: string;
}

export function compareFamily(family: HealthFamily, evidence: Evidence, range: StepRange): FamilyComparison {
  const [old, fresh] = [evidence.old, evidence.fresh].map((all) =>
    groupSeries(all.filter(({ name }) => name === family.name)),
  ) as [Groups, Groups];
  const groups = old.map((group) =>
    compareGroup(family, group, counterpart(group, fresh, family.labels), evidence, range),
  );
  const verdicts = groups.flat();
  const count = (wanted: StepVerdict) => verdicts.filter((verdict) => verdict === wanted).length;
  const names = Object.keys(documentedDifferences) as DocumentedDifference[];
  const documented = Object.fromEntries(names.filter((name) => count(name) > 0).map((name) => [name, count(name)]));
  const counts = { equal: count('equal'), late: count('late'), gaps: count('gap'), different: count('different') };
  const tolerated = Math.min(evidence.reach, Math.floor((range.last - range.first) / 4));
  const hasLongGap = groups.some((group) => longestGap(group) > tolerated);
  const fault = faultOf(family, { ...counts, documented, hasLongGap }, evidence);
  const note = fault ?? remarkOn(old, fresh, counts.gaps);
  return { family: family.name, ok: fault === undefined, series: old.length, ...counts, documented, note };
}

type Groups = ReturnType<typeof groupSeries>;

function longestGap(verdicts: readonly StepVerdict[]): number {
  let longest = 0;
  let run = 0;
  for (const verdict of verdicts) {
    run = verdict === 'gap' ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

interface Outcome extends Pick<FamilyComparison, 'equal' | 'late' | 'different' | 'documented'> {
  readonly hasLongGap: boolean;
}

function faultOf({ source }: HealthFamily, outcome: Outcome, { endpointUp }: Evidence): string | undefined {
  const { equal, late, different, hasLongGap, documented } = outcome;
  if (different > 0) return 'the new job has other values';
  if (hasLongGap) return 'the new job has no value for longer than one poll';
  const explained = Object.keys(documented);
  if (equal + late > 0 || explained.length === 0) return undefined;
  // Nothing could be compared: that proves something only where the endpoint did answer.
  if (explained.every((name) => name === 'error counting' || name === 'default interval')) return undefined;
  const endpoint = 'endpoint' in source ? source.endpoint : undefined;
  const answered = endpointUp.some(
    ({ labels, values }) => labels['endpoint'] === endpoint && [...values.values()].includes('1'),
  );
  return answered && explained.join() === 'zeros from error bodies'
    ? undefined
    : `${endpoint ?? 'the Health Service'} gave no good answer in the whole window`;
}

function remarkOn(old: Groups, fresh: Groups, gaps: number): string {
  if (old.length === 0) return fresh.length === 0 ? 'in neither job' : 'only in the new job';
  if (gaps > 0) return 'gaps of less than one poll';
  const keys = ({ labels }: Groups[number]) => Object.keys(labels).toSorted().join(', ');
  const [before, after] = [old[0]!, fresh[0]].map((group) => (group === undefined ? '' : keys(group)));
  return fresh.length > 0 && before !== after ? `labels differ: (${before}) before, (${after}) now` : '';
}
