import { exporterDirectories } from '../find/exporter-directories.js';
import type { StackFacts } from '../find/facts.js';
import { firstCut, structuredTraces } from '../find/file-traces.js';
import { jobLists } from '../find/scrape-job.js';
import { fileKind, isYamlPath } from '../stack/file-kind.js';
import type { Stack, StackFile } from '../stack/stack.js';
import { applyEdits } from '../text/edit.js';
import { parseYaml } from '../text/yaml-source.js';
import { addJob, oldJobOf } from './add-job.js';
import type { NewJobOptions } from './new-job.js';

export type Phase = 'parallel' | 'remove';

/** Changes of a phase. */
export interface Rewrite {
  readonly files: readonly { readonly file: StackFile; readonly after: string }[];
  /** Directories to remove. */
  readonly directories: readonly string[];
}

/** Computes the changes of a phase. Pure; empty for a stack to which the phase was applied. */
export function rewriteStack(stack: Stack, facts: StackFacts, phase: Phase, job: NewJobOptions): Rewrite {
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

function rewriteFile(file: StackFile, facts: StackFacts, phase: Phase, job: NewJobOptions): string {
  const takesJobs = isYamlPath(file.path) && fileKind(file.path) !== 'ci script' && file.text.includes('job_name');
  const text = takesJobs ? addJob(file.text, facts, job) : file.text;
  return phase === 'parallel' ? text : removeTraces({ ...file, text }, facts);
}

/** Removes one trace after the other, then renames jobs in queries. */
function removeTraces({ path, text: original }: StackFile, facts: StackFacts): string {
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

/** Whether a list has the exporter's job but not the new one; then the old job is kept. */
export function lacksJob(path: string, text: string, facts: StackFacts): boolean {
  const source = isYamlPath(path) && text.includes('job_name') ? parseYaml(text) : undefined;
  return source !== undefined && jobLists(source).some((list) => oldJobOf(list, facts) !== undefined);
}
