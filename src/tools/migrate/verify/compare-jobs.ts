import { healthFamilies } from '../../../presets/gatewayz/health-families.js';
import { compareFamily, type FamilyComparison } from './compare-family.js';
import type { StepRange } from './compare-group.js';
import type { JobSamples } from './documented-differences.js';
import type { RangeSeries } from './range-query.js';

/** Comparison of the two jobs over a window. */
export interface JobsComparison {
  /** Whether the new job can replace the old one. */
  readonly ok: boolean;
  /** Seconds of the window that both jobs have samples for, up to its end. */
  readonly coveredSeconds: number;
  readonly isFull: boolean;
  readonly families: readonly FamilyComparison[];
  /** Reasons for failure other than single families; may be empty. */
  readonly problems: readonly string[];
}

/** Compares all families over the part of the window in which both jobs have samples. Pure. */
export function compareJobs(
  samples: JobSamples,
  window: StepRange,
  jobs: { old: string; fresh: string },
): JobsComparison {
  const begin = (series: readonly RangeSeries[]) => firstStep(series, window);
  const [old, fresh] = [begin(samples.old), begin(samples.fresh)];
  const problems = [
    old === undefined && `Prometheus has no sample of the families for the job ${jobs.old} in the window`,
    fresh === undefined && `Prometheus has no sample of the families for the job ${jobs.fresh} in the window`,
  ].filter((problem) => problem !== false);
  if (old === undefined || fresh === undefined)
    return { ok: false, coveredSeconds: 0, isFull: false, families: [], problems };

  const both = Math.max(old, fresh);
  const tolerance = Math.min(samples.pollSteps, Math.ceil((window.last - window.first) / 10));
  const isFull = both <= window.first + tolerance;
  const coveredSeconds = Math.max(0, window.last - Math.max(both, window.first)) * window.seconds;
  // The first poll interval of a new job is not a gap.
  const range = { ...window, first: isFull ? window.first : Math.min(both + tolerance, window.last) };
  const families = healthFamilies.map((family) => compareFamily(family, samples, range));
  if (!isFull) problems.push('the window is not full: both jobs must be scraped for all of it');
  return { ok: isFull && families.every(({ ok }) => ok), coveredSeconds, isFull, families, problems };
}

/** The first step at which a job has a sample of any family. */
function firstStep(series: readonly RangeSeries[], { last }: StepRange): number | undefined {
  const steps = series.flatMap(({ values }) => [...values.keys()].filter((step) => step <= last));
  return steps.length === 0 ? undefined : steps.reduce((least, step) => Math.min(least, step));
}
