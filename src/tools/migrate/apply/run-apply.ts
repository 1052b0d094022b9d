import { newJob } from '../find/exporter.js';
import { jobLists } from '../find/scrape-job.js';
import { refusedError } from '../refused-error.js';
import type { NewJobOptions } from '../rewrite/new-job.js';
import { type Phase, type Rewrite, rewriteStack } from '../rewrite/rewrite-stack.js';
import { type StackSurvey, surveyStack } from '../rewrite/survey-stack.js';
import { readStack } from '../stack/read-stack.js';
import type { Stack } from '../stack/stack.js';
import { parseYaml } from '../text/yaml-source.js';
import { missingProof } from '../verify/verdict.js';
import { applyRewrite, finishStep, startedStep } from './apply-phase.js';
import { withLock } from './lock.js';
import { rewriteDiff } from './show-changes.js';
import { StateFolder } from './state-folder.js';

export interface ApplyOptions extends NewJobOptions {
  readonly phase: Phase;
  /** Shows the changes without making them; needs no verdict. */
  readonly dryRun: boolean;
  /** Removes without a passing verdict. */
  readonly force: boolean;
}

/** Output of a command: `show` for diffs (stdout), `note` for messages (stderr). */
export interface Output {
  readonly show: (text: string) => void;
  readonly note: (text: string) => void;
}

/**
 * Applies a phase: finishes an interrupted one, prints the diff, then makes the changes. Idempotent.
 * @param root Path without symbolic links.
 * @param now Epoch milliseconds.
 * @returns the survey before the change.
 */
export async function runApply(root: string, options: ApplyOptions, now: number, output: Output): Promise<StackSurvey> {
  const folder = new StateFolder(root);
  const interrupted = await startedStep(folder);
  if (interrupted !== undefined) {
    const message = `the phase ${interrupted.phase} of ${interrupted.at} was interrupted`;
    if (options.dryRun) throw refusedError(`${message}: apply finishes it, rollback reverts it`);
    output.note(`${message}; finishing it`);
    await withLock(folder, async () => {
      // The step may have been finished by another process in the meantime.
      const step = await startedStep(folder);
      if (step !== undefined) await finishStep(root, folder, step);
    });
  }
  const stack = await readStack(root);
  const survey = surveyStack(stack);
  const rewrite = rewriteStack(stack, survey.facts, options.phase, options);
  if (options.phase === 'parallel') refuseWithoutJob(stack, rewrite);
  const isEmpty = rewrite.files.length === 0 && rewrite.directories.length === 0;
  if (isEmpty) {
    output.note('nothing to change');
    return survey;
  }
  output.show(await rewriteDiff(root, rewrite));
  const missing = options.phase === 'remove' ? await missingProof(folder, now) : undefined;
  if (options.dryRun) {
    output.note(
      `dry run: nothing was changed${missing === undefined ? '' : `. Applying it needs a passing migrate verify: ${missing}`}`,
    );
    return survey;
  }
  if (missing !== undefined && !options.force) {
    throw refusedError(
      `the removal needs a passing migrate verify, but ${missing}. Run migrate verify or use --force; nothing was changed`,
    );
  }
  await folder.create();
  await withLock(folder, () => applyRewrite(root, folder, options.phase, rewrite, new Date(now)));
  output.note(
    `${countOf(rewrite.files.length, 'file', 'files')} changed, ${countOf(rewrite.directories.length, 'directory', 'directories')} removed; migrate rollback reverts it`,
  );
  return survey;
}

/** Refuses a stack that has neither the exporter's job nor the new one. */
function refuseWithoutJob({ files }: Stack, rewrite: Rewrite): void {
  const hasOurs = files.some(({ text }) => {
    const source = text.includes(newJob) ? parseYaml(text) : undefined;
    return source !== undefined && jobLists(source).some(({ jobs }) => jobs.some(({ name }) => name === newJob));
  });
  if (rewrite.files.length === 0 && !hasOurs) {
    throw refusedError(
      `no scrape job of the exporter was found that a job ${newJob} could be added to; see migrate plan`,
    );
  }
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
