import { isDeepStrictEqual } from 'node:util';
import type { Labels } from '../../../model.js';
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
  const failures = [
    labelFailure(family, old, fresh),
    failureOf(family, { ...counts, documented, hasLongGap }, samples),
  ];
  const failure = failures.filter((reason) => reason !== undefined).join('; ');
  const note = failure === '' ? noteOn(old, fresh, counts.gaps) : failure;
  return { family: family.name, ok: failure === '', series: old.length, ...counts, documented, note };
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

/** Labels other than job and instance that differ: queries that select by them would find nothing. */
function labelFailure({ labels: own }: HealthFamily, old: Groups, fresh: Groups): string | undefined {
  for (const group of old) {
    const other = counterpart(group, fresh, own);
    if (other === undefined || isDeepStrictEqual(group.labels, other.labels)) continue;
    return `labels differ: ${differing(group.labels, other.labels)} before, ${differing(other.labels, group.labels)} now`;
  }
  return undefined;
}

/** The labels that another set lacks or has with another value, as `{env="production"}`. */
function differing(labels: Labels, others: Labels): string {
  const pairs = Object.entries(labels).filter(([name, value]) => others[name] !== value);
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

function noteOn(old: Groups, fresh: Groups, gaps: number): string {
  if (old.length === 0) return fresh.length === 0 ? 'in neither job' : 'only in the new job';
  if (gaps > 0) return 'gaps of less than one poll interval';
  return '';
}
