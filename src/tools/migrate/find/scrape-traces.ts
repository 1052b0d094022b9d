import { isCollection, type ParsedNode } from 'yaml';
import { removeEntry } from '../text/remove-entry.js';
import { type Collection, entriesOf } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { entryOf } from '../text/yaml-walk.js';
import { exporterPort, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import {
  exporterTargets,
  isProbe,
  type JobList,
  type JobShare,
  type JobTarget,
  jobLists,
  type ScrapeJob,
  shareOf,
} from './scrape-job.js';
import { type Successor, successorOf } from './successor.js';
import type { Trace } from './trace.js';

/**
 * Scrape jobs of the exporter, and its targets in jobs with other targets. Evaluated lazily.
 * @param canAdd Whether lists that lack the new job are known to get it.
 */
export function* scrapeTraces(source: YamlSource, facts: StackFacts, canAdd: boolean): Generator<Trace> {
  for (const list of jobLists(source)) {
    const successor = successorOf(list, facts.hosts);
    const refused = refusalOf(successor, canAdd);
    for (const [index, job] of list.jobs.entries()) {
      if (job.name === newJob) continue;
      const share = shareOf(job, facts.hosts);
      if (share === 'part') yield* targetTraces(source, list, index, job, facts, isProbe(job) ? undefined : refused);
      else if (share !== 'none') yield jobTrace(source, list, index, job, share, refused);
    }
  }
}

function refusalOf(successor: Successor, canAdd: boolean): string | undefined {
  if (successor.kind === 'refused') return successor.why;
  if (successor.kind !== 'add' || canAdd) return undefined;
  return `a job ${newJob} cannot be added next to it; add it, then run this again`;
}

const doubts: Readonly<Partial<Record<JobShare, (name: string) => string>>> = {
  port: (name) =>
    `the job ${name} scrapes port ${exporterPort}; that is not proof that it is the exporter; remove it if it is`,
  name: (name) => `the job ${name} has the name of the exporter, but other targets; rename it by hand`,
  probe: (name) => `the job ${name} probes the exporter; point it at ${newJob} or remove it`,
};

function jobTrace(
  source: YamlSource,
  list: JobList,
  index: number,
  job: ScrapeJob,
  share: JobShare,
  refused: string | undefined,
): Trace {
  const { collection, document } = list;
  const { start, end } = entriesOf(source.text, collection)[index]!;
  const trace = { kind: 'scrape job', start, end } as const;
  const doubt = doubts[share]?.(job.name);
  if (doubt !== undefined) return { ...trace, action: 'by hand', why: doubt };
  const why = `the job ${job.name} scrapes the exporter`;
  if (refused !== undefined) return { ...trace, action: 'by hand', why: `${why}; ${refused}` };
  const removal = removeEntry({ source, document, collection, index });
  return 'edits' in removal
    ? { ...trace, action: 'remove', why: `${why}; ${newJob} replaces it`, edits: removal.edits }
    : { ...trace, action: 'by hand', why: `${why}; ${removal.refused}` };
}

/** Relabelling of the exporter's jobs, which the new job does not get. Pure and cheap: nothing is removed here. */
export function relabelTraces(source: YamlSource, facts: StackFacts): readonly Trace[] {
  return jobLists(source).flatMap((list) =>
    [...list.jobs.entries()].flatMap(([index, job]): Trace[] => {
      if (shareOf(job, facts.hosts) !== 'whole' || job.name === newJob) return [];
      const found = entryOf(list.collection.items[index], 'relabel_configs');
      if (found === undefined) return [];
      const [start, end] = found.value.range;
      const why = `relabel_configs of the job ${job.name} are not copied to ${newJob}; copy those that you need`;
      return [{ kind: 'scrape job', action: 'by hand', why, start, end }];
    }),
  );
}

function* targetTraces(
  source: YamlSource,
  list: JobList,
  job: number,
  scraped: ScrapeJob,
  facts: StackFacts,
  refused: string | undefined,
): Generator<Trace> {
  const { name, targets } = scraped;
  for (const target of exporterTargets(scraped, facts.hosts)) {
    const where = targetPlace(list, job, target, targets);
    const { start, end } = where
      ? entriesOf(source.text, where.collection)[where.index]!
      : entriesOf(source.text, list.collection)[job]!;
    const trace = { kind: 'scrape job', start, end } as const;
    const why = `the target ${target.text} of the job ${name} is the exporter; the job has other targets and is kept`;
    if (refused !== undefined) {
      yield { ...trace, action: 'by hand', why: `${why}; ${refused}` };
      continue;
    }
    const removal = where && removeEntry({ source, document: list.document, ...where });
    if (removal !== undefined && 'edits' in removal) yield { ...trace, action: 'remove', why, edits: removal.edits };
    else yield { ...trace, action: 'by hand', why: `${why}; ${removal?.refused ?? 'it comes from an alias'}` };
  }
}

/** Place of a target, or of its `static_configs` group if it is the only target there. */
function targetPlace(list: JobList, job: number, target: JobTarget, targets: readonly JobTarget[]) {
  const groups = entryOf(list.collection.items[job], 'static_configs')?.value;
  if (!isCollection(groups)) return undefined;
  const isOnly = targets.filter(({ group }) => group === target.group).length === 1;
  if (isOnly) return { collection: groups as Collection, index: target.group };
  const listed = entryOf(groups.items[target.group] as ParsedNode, 'targets')?.value;
  return isCollection(listed) ? { collection: listed as Collection, index: target.index } : undefined;
}
