import { isDeepStrictEqual } from 'node:util';
import { newJob } from '../find/exporter.js';
import type { StackFacts } from '../find/facts.js';
import { type JobList, jobLists, shareOf } from '../find/scrape-job.js';
import { behindDeeperComments } from '../text/cut-entry.js';
import { applyEdits, type Edit } from '../text/edit.js';
import { blankRunAfter, blankRunBefore, lineBreak, lineStart, nextLine } from '../text/lines.js';
import { ownCommentsStart } from '../text/own-comments.js';
import { hasDirectiveLine } from '../text/template.js';
import { entriesOf, isFlow } from '../text/yaml-entry.js';
import { parseYaml, type YamlSource } from '../text/yaml-source.js';
import { valueAt } from '../text/yaml-walk.js';
import { type NewJobOptions, newFlowJob, newJobLines } from './new-job.js';

/** Index of the exporter's last job in a list that lacks the new job; undefined where there is nothing to add. */
export function oldJobOf({ jobs }: JobList, facts: StackFacts): number | undefined {
  if (jobs.some(({ name }) => name === newJob)) return undefined;
  const index = jobs.findLastIndex((job) => ['whole', 'part'].includes(shareOf(job, facts.hosts)));
  return index === -1 ? undefined : index;
}

/** Adds the new job after the exporter's job in every list that lacks it. Returns the text unchanged where that fails. */
export function addJob(text: string, facts: StackFacts, options: NewJobOptions): string {
  const source = parseYaml(text);
  if (source === undefined) return text;
  for (const list of jobLists(source)) {
    const old = oldJobOf(list, facts);
    if (old === undefined) continue;
    if (source.templated && hasDirectiveLine(entryText(source, list, old))) return text;
    const added = applyEdits(text, [
      isFlow(list.collection) ? flowEdit(source, list, old, options) : blockEdit(source, list, old, options),
    ]);
    return isAdded(source, list, old, added, options) ? addJob(added, facts, options) : text;
  }
  return text;
}

/** Source of the old job; template directives in it may change where it ends. */
function entryText({ text }: YamlSource, { collection }: JobList, old: number): string {
  const { start, end } = entriesOf(text, collection)[old]!;
  return text.slice(start, end);
}

function blockEdit(source: YamlSource, list: JobList, old: number, options: NewJobOptions): Edit {
  const { text } = source;
  const entries = entriesOf(text, list.collection);
  const { start, end } = entries[old]!;
  const first = lineStart(text, start);
  const at = behindDeeperComments(text, nextLine(text, end), start - first);
  const above = ownCommentsStart(text, first, start - first, true);
  const isSpaced =
    (old > 0 && blankRunBefore(text, above) < above) || (old < entries.length - 1 && blankRunAfter(text, at) > at);
  const eol = lineBreak(text);
  const job = newJobLines(source, list, old, options).join(eol);
  const gap = isSpaced ? eol : '';
  const isOpenEnd = at === text.length && !text.endsWith('\n');
  return { start: at, end: at, insert: isOpenEnd ? eol + gap + job : gap + job + eol };
}

function flowEdit(source: YamlSource, list: JobList, old: number, options: NewJobOptions): Edit {
  const { text } = source;
  const { start, end } = entriesOf(text, list.collection)[old]!;
  const before = text.slice(lineStart(text, start), start);
  const separator = before.trim() === '' ? `,${lineBreak(text)}${before}` : ', ';
  return { start: end, end, insert: separator + newFlowJob(source, list, old, options) };
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
