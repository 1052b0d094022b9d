import { isCollection, type ParsedNode } from 'yaml';
import { removeEntry } from '../text/remove-entry.js';
import { type Collection, entriesOf } from '../text/yaml-entry.js';
import type { YamlSource } from '../text/yaml-source.js';
import { entryOf } from '../text/yaml-walk.js';
import { exporterPort, isExporterTarget, newJob } from './exporter.js';
import type { StackFacts } from './facts.js';
import { type JobList, type JobTarget, jobLists, type ScrapeJob, shareOf } from './scrape-job.js';
import type { Trace } from './trace.js';

/** Scrape jobs of the exporter, and its targets in jobs with other targets. Evaluated lazily. */
export function* scrapeTraces(source: YamlSource, facts: StackFacts): Generator<Trace> {
  for (const list of jobLists(source)) {
    for (const [index, job] of list.jobs.entries()) {
      if (job.name === newJob) continue;
      const share = shareOf(job, facts.hosts);
      if (share === 'part') yield* targetTraces(source, list, index, job, facts);
      else if (share !== 'none') yield jobTrace(source, list, index, job, share);
    }
  }
}

function jobTrace(source: YamlSource, list: JobList, index: number, job: ScrapeJob, share: 'whole' | 'port'): Trace {
  const { collection, document } = list;
  const { start, end } = entriesOf(source.text, collection)[index]!;
  const trace = { kind: 'scrape job', start, end } as const;
  if (share === 'port') {
    const why = `the job ${job.name} scrapes port ${exporterPort}; that is not proof that it is the exporter; remove it if it is`;
    return { ...trace, action: 'by hand', why };
  }
  const why = `the job ${job.name} scrapes the exporter`;
  const removal = removeEntry({ source, document, collection, index });
  return 'edits' in removal
    ? { ...trace, action: 'remove', why: `${why}; ${newJob} replaces it`, edits: removal.edits }
    : { ...trace, action: 'by hand', why: `${why}; ${removal.refused}` };
}

function* targetTraces(
  source: YamlSource,
  list: JobList,
  job: number,
  { name, targets }: ScrapeJob,
  facts: StackFacts,
): Generator<Trace> {
  const own = targets.filter(({ text }) => isExporterTarget(text, facts.hosts));
  for (const target of own) {
    const where = targetPlace(list, job, target, targets);
    const { start, end } = where
      ? entriesOf(source.text, where.collection)[where.index]!
      : entriesOf(source.text, list.collection)[job]!;
    const trace = { kind: 'scrape job', start, end } as const;
    const why = `the target ${target.text} of the job ${name} is the exporter; the job has other targets and is kept`;
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
