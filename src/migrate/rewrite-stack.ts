import { addJob, oldJobOf } from './add-job.js';
import { applyEdits } from './edit.js';
import { exporterDirectories } from './exporter-directories.js';
import type { Facts } from './facts.js';
import { fileKind, isYamlPath } from './file-kind.js';
import { firstCut, structuredTraces } from './file-traces.js';
import type { NewJobOptions } from './new-job.js';
import { jobLists } from './scrape-job.js';
import type { Stack, StackFile } from './stack.js';
import { parseYaml } from './yaml-source.js';

export type Phase = 'parallel' | 'remove';

/** What a phase does to a stack. Everything else in it stays as it is. */
export interface Rewrite {
  readonly files: readonly { readonly file: StackFile; readonly after: string }[];
  /** Directories that go. */
  readonly directories: readonly string[];
}

/** Pure: nothing is written. A stack that a phase was applied to gives an empty rewrite for that phase. */
export function rewriteStack(stack: Stack, facts: Facts, phase: Phase, job: NewJobOptions): Rewrite {
  const rewritten = stack.files.map((file) => ({ file, after: rewriteFile(file, facts, phase, job) }));
  const after = rewritten.map(({ file, after: text }) => ({ ...file, text }));
  const directories =
    phase === 'parallel' ? [] : exporterDirectories(stack, after).filter(({ stays }) => stays === undefined);
  const paths = directories.map(({ path }) => path);
  const isGone = (file: StackFile) => paths.some((path) => file.path.startsWith(`${path}/`));
  return {
    files: rewritten.filter(({ file, after: text }) => text !== file.text && !isGone(file)),
    directories: paths,
  };
}

function rewriteFile(file: StackFile, facts: Facts, phase: Phase, job: NewJobOptions): string {
  const takesJobs = isYamlPath(file.path) && fileKind(file.path) !== 'ci script' && file.text.includes('job_name');
  const text = takesJobs ? addJob(file.text, facts, job) : file.text;
  return phase === 'parallel' ? text : removeTraces({ ...file, text }, facts);
}

/** Takes out one trace after the other, each from the text that the one before it left, then exchanges job names. */
function removeTraces({ path, text: original }: StackFile, facts: Facts): string {
  let text = original;
  const staying = lacksJob(path, text, facts) ? 'scrape job' : undefined;
  for (let cut = firstCut(path, text, facts, staying); cut?.edits !== undefined; ) {
    text = applyEdits(text, cut.edits);
    cut = firstCut(path, text, facts, staying);
  }
  const left = structuredTraces(path, text, facts).filter(({ action }) => action === 'replace');
  return applyEdits(
    text,
    left.flatMap(({ edits = [] }) => edits),
  );
}

/** Whether a list of jobs has the exporter's and could not be given ours: its job stays, rather than nothing. */
export function lacksJob(path: string, text: string, facts: Facts): boolean {
  const source = isYamlPath(path) && text.includes('job_name') ? parseYaml(text) : undefined;
  return source !== undefined && jobLists(source).some((list) => oldJobOf(list, facts) !== undefined);
}
