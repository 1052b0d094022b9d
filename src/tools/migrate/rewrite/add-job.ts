import { isDeepStrictEqual } from 'node:util';
import { type ExporterHosts, newJob } from '../find/exporter.js';
import { type JobList, jobLists } from '../find/scrape-job.js';
import { successorOf } from '../find/successor.js';
import { behindDeeperComments } from '../text/cut-entry.js';
import { applyEdits, type Edit } from '../text/edit.js';
import type { EditedText } from '../text/edited-text.js';
import { blankRunAfter, blankRunBefore, lineBreak, lineStart, nextLine } from '../text/lines.js';
import { ownCommentsStart } from '../text/own-comments.js';
import { hasDirectiveLine } from '../text/template.js';
import { entriesOf, isFlow } from '../text/yaml-entry.js';
import { parseYaml, type YamlSource } from '../text/yaml-source.js';
import { valueAt } from '../text/yaml-walk.js';
import { type NewJobOptions, newFlowJob, newJobLines, type OldJob } from './new-job.js';

/**
 * Adds the new job after the exporter's job in every list that lacks it.
 * @returns Whether every list that needs it got it.
 */
export function addJobs(edited: EditedText, hosts: ExporterHosts, options: NewJobOptions): boolean {
  const source = parseYaml(edited.text);
  for (const list of source === undefined ? [] : jobLists(source)) {
    const successor = successorOf(list, hosts);
    if (source === undefined || successor.kind !== 'add') continue;
    const { job: index, group } = successor;
    if (source.templated && hasDirectiveLine(entryText(source, list, index))) return false;
    const old: OldJob = { source, list, index, group };
    const edit = isFlow(list.collection) ? flowEdit(old, options) : blockEdit(old, options);
    if (!isAdded(source, list, index, applyEdits(edited.text, [edit]), options)) return false;
    edited.apply([edit]);
    return addJobs(edited, hosts, options);
  }
  return true;
}

/** Source of the old job; template directives in it may change where it ends. */
function entryText({ text }: YamlSource, { collection }: JobList, old: number): string {
  const { start, end } = entriesOf(text, collection)[old]!;
  return text.slice(start, end);
}

function blockEdit(place: OldJob, options: NewJobOptions): Edit {
  const { source, list, index: old } = place;
  const { text } = source;
  const entries = entriesOf(text, list.collection);
  const { start, end } = entries[old]!;
  const first = lineStart(text, start);
  const at = behindDeeperComments(text, nextLine(text, end), start - first);
  const above = ownCommentsStart(text, first, start - first, true);
  const isSpaced =
    (old > 0 && blankRunBefore(text, above) < above) || (old < entries.length - 1 && blankRunAfter(text, at) > at);
  const eol = lineBreak(text);
  const job = newJobLines(place, options).join(eol);
  const gap = isSpaced ? eol : '';
  const isOpenEnd = at === text.length && !text.endsWith('\n');
  return { start: at, end: at, insert: isOpenEnd ? eol + gap + job : gap + job + eol };
}

function flowEdit(place: OldJob, options: NewJobOptions): Edit {
  const { source, list, index: old } = place;
  const { text } = source;
  const { start, end } = entriesOf(text, list.collection)[old]!;
  const before = text.slice(lineStart(text, start), start);
  const separator = before.trim() === '' ? `,${lineBreak(text)}${before}` : ', ';
  return { start: end, end, insert: separator + newFlowJob(place, options) };
}

/** Whether the new job, in its place, is the only difference between the parsed documents. */
function isAdded(source: YamlSource, list: JobList, old: number, text: string, options: NewJobOptions): boolean {
  const after = parseYaml(text)?.documents.map(({ value }) => value);
  const jobs = valueAt(after?.[list.document], list.path);
  if (after === undefined || !Array.isArray(jobs)) return false;
  const [job] = jobs.splice(old + 1, 1) as [Record<string, unknown> | undefined];
  const [group] = (job?.['static_configs'] ?? []) as { targets?: unknown }[];
  return (
    job?.['job_name'] === newJob &&
    job['metrics_path'] === options.metricsPath &&
    isDeepStrictEqual(group?.targets, [options.target]) &&
    isDeepStrictEqual(
      after,
      source.documents.map(({ value }) => value),
    )
  );
}
