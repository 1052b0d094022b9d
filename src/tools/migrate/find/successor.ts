import { isDeepStrictEqual } from 'node:util';
import { type ExporterHosts, newJob } from './exporter.js';
import { exporterLabels, exporterTargets, isProbe, type JobList, shareOf } from './scrape-job.js';

/** What happens to the exporter's jobs of a list: nothing to do, a new job after one of them, or neither is safe. */
export type Successor =
  | { readonly kind: 'none' }
  | { readonly kind: 'present' }
  /** `job`: index of the job to copy and to add the new one after; `group`: its group with the exporter's target. */
  | { readonly kind: 'add'; readonly job: number; readonly group: number }
  | { readonly kind: 'refused'; readonly why: string };

/** Decides how a list gets the new job: from the exporter's own job, else from a job that scrapes others as well. */
export function successorOf({ jobs }: JobList, hosts: ExporterHosts): Successor {
  const indices = (wanted: string) => [...jobs.keys()].filter((index) => shareOf(jobs[index]!, hosts) === wanted);
  const whole = indices('whole').filter((index) => jobs[index]!.name !== newJob);
  const partly = indices('part');
  const sources = whole.length > 0 ? whole : partly.filter((index) => !isProbe(jobs[index]!));
  const [last] = sources.slice(-1);
  if (last === undefined) return { kind: 'none' };

  const labels = sources.flatMap((index) => exporterLabels(jobs[index]!, hosts));
  const targets = sources.map((index) =>
    exporterTargets(jobs[index]!, hosts)
      .map(({ text }) => text)
      .toSorted(),
  );
  const isUniform = (values: readonly unknown[]) => values.every((value) => isDeepStrictEqual(value, values[0]));
  if (!isUniform(labels) || !isUniform(targets)) {
    const names = [...new Set(sources.map((index) => jobs[index]!.name))];
    const of = names.length > 1 ? `the jobs ${names.join(', ')} scrape` : `the job ${names[0]} scrapes`;
    const why = `${of} several exporters with different labels or targets; replace each with a job of its own`;
    return { kind: 'refused', why };
  }
  if (jobs.some(({ name }) => name === newJob)) return { kind: 'present' };
  const group = exporterTargets(jobs[last]!, hosts)[0]?.group ?? 0;
  return { kind: 'add', job: last, group };
}
