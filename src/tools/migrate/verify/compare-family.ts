import type { HealthFamily } from '../../../presets/gatewayz/health-families.js';
import { compareGroup, type StepRange, type StepVerdict } from './compare-group.js';
import { type DocumentedDifference, documentedDifferences, type JobSamples } from './documented-differences.js';
import { counterpart, groupSeries } from './series-group.js';

/** Comparison of one family between the two jobs. Counts are steps, summed over label sets. */
export interface FamilyComparison {
  readonly family: string;
  readonly ok: boolean;
  /** Number of label sets in the old job. */
  readonly series: number;
  readonly equal: number;
  /** Steps equal to a value within one poll interval, but not at the step itself. */
  readonly late: number;
  /** Steps with a sample in the old job only. */
  readonly gaps: number;
  readonly different: number;
  /** Steps explained by a documented difference, by name. */
  readonly documented: Readonly<Partial<Record<DocumentedDifference, number>>>;
  /** Why it failed, or a remark; may be empty. */
  readonly note: string;
}

export function compareFamily(family: HealthFamily, samples: JobSamples, range: StepRange): FamilyComparison {
  const [old, fresh] = [samples.old, samples.fresh].map((all) =>
    groupSeries(all.filter(({ name }) => name === family.name)),
  ) as [Groups, Groups];
  const groups = old.map((group) =>
    compareGroup(family, group, counterpart(group, fresh, family.labels), samples, range),
  );
  const verdicts = groups.flat();
  const count = (wanted: StepVerdict) => verdicts.filter((verdict) => verdict === wanted).length;
  const names = Object.keys(documentedDifferences) as DocumentedDifference[];
  const documented = Object.fromEntries(names.filter((name) => count(name) > 0).map((name) => [name, count(name)]));
  const counts = { equal: count('equal'), late: count('late'), gaps: count('gap'), different: count('different') };
  const tolerated = Math.min(samples.pollSteps, Math.floor((range.last - range.first) / 4));
  const hasLongGap = groups.some((group) => longestGap(group) > tolerated);
  const failure = failureOf(family, { ...counts, documented, hasLongGap }, samples);
  const note = failure ?? noteOn(old, fresh, counts.gaps);
  return { family: family.name, ok: failure === undefined, series: old.length, ...counts, documented, note };
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

function failureOf({ source }: HealthFamily, outcome: Outcome, { endpointUp }: JobSamples): string | undefined {
  const { equal, late, different, hasLongGap, documented } = outcome;
  if (different > 0) return 'the values of the new job differ';
  if (hasLongGap) return 'the new job has no value for more than one poll interval';
  const explained = Object.keys(documented);
  if (equal + late > 0 || explained.length === 0) return undefined;
  // Nothing was compared; that counts only where the endpoint did respond.
  if (explained.every((name) => name === 'error counting' || name === 'default interval')) return undefined;
  const endpoint = 'endpoint' in source ? source.endpoint : undefined;
  const answered = endpointUp.some(
    ({ labels, values }) => labels['endpoint'] === endpoint && [...values.values()].includes('1'),
  );
  return answered && explained.join() === 'zeros from error bodies'
    ? undefined
    : `${endpoint ?? 'the Health Service'} returned no valid response in the whole window`;
}

function noteOn(old: Groups, fresh: Groups, gaps: number): string {
  if (old.length === 0) return fresh.length === 0 ? 'in neither job' : 'only in the new job';
  if (gaps > 0) return 'gaps of less than one poll interval';
  const keys = ({ labels }: Groups[number]) => Object.keys(labels).toSorted().join(', ');
  const [before, after] = [old[0]!, fresh[0]].map((group) => (group === undefined ? '' : keys(group)));
  return fresh.length > 0 && before !== after ? `labels differ: (${before}) before, (${after}) now` : '';
}
