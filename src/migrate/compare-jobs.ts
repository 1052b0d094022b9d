import { healthFamilies } from '../catalogue/health.js';
import { compareFamily, type FamilyComparison } from './compare-family.js';
import type { StepRange } from './compare-group.js';
import type { Evidence } from './documented-differences.js';
import type { RangeSeries } from './range-query.js';

/** What Prometheus has of both jobs over a window. */
export interface JobsComparison {
  /** Whether the new job can replace the old one. */
  readonly ok: boolean;
  /** Seconds of the window that both jobs have samples for, up to its end. */
  readonly coveredSeconds: number;
  readonly isFull: boolean;
  readonly families: readonly FamilyComparison[];
  /** What keeps it from being ok beyond single families; may be empty. */
  readonly faults: readonly string[];
}

/** Compares all families over the part of the window in which both jobs have samples. Pure. */
export function compareJobs(
  evidence: Evidence,
  window: StepRange,
  jobs: { old: string; fresh: string },
): JobsComparison {
  const begin = (series: readonly RangeSeries[]) => firstStep(series, window);
  const [old, fresh] = [begin(evidence.old), begin(evidence.fresh)];
  const faults = [
    old === undefined && `Prometheus has no sample of the families for the job ${jobs.old} in the window`,
    fresh === undefined && `Prometheus has no sample of the families for the job ${jobs.fresh} in the window`,
  ].filter((fault) => fault !== false);
  if (old === undefined || fresh === undefined)
    return { ok: false, coveredSeconds: 0, isFull: false, families: [], faults };

  const both = Math.max(old, fresh);
  const tolerance = Math.min(evidence.reach, Math.ceil((window.last - window.first) / 10));
  const isFull = both <= window.first + tolerance;
  const coveredSeconds = Math.max(0, window.last - Math.max(both, window.first)) * window.seconds;
  // The first poll of a job that has just begun is not a gap.
  const range = { ...window, first: isFull ? window.first : Math.min(both + tolerance, window.last) };
  const families = healthFamilies.map((family) => compareFamily(family, evidence, range));
  if (!isFull) faults.push('the window is not full: both jobs have to be scraped for all of it');
  return { ok: isFull && families.every(({ ok }) => ok), coveredSeconds, isFull, families, faults };
}

/** The first step at which a job has a sample of any family. */
function firstStep(series: readonly RangeSeries[], { last }: StepRange): number | undefined {
  const steps = series.flatMap(({ values }) => [...values.keys()].filter((step) => step <= last));
  return steps.length === 0 ? undefined : steps.reduce((least, step) => Math.min(least, step));
}
