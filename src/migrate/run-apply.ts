import { applyRewrite, finishStep, startedStep } from './apply-phase.js';
import { newJob } from './exporter.js';
import { withLock } from './lock.js';
import type { NewJobOptions } from './new-job.js';
import { readStack } from './read-stack.js';
import { refusal } from './refusal.js';
import { type Phase, type Rewrite, rewriteStack } from './rewrite-stack.js';
import { jobLists } from './scrape-job.js';
import { rewriteDiff } from './show-changes.js';
import type { Stack } from './stack.js';
import { StateFolder } from './state-folder.js';
import { type Survey, surveyStack } from './survey-stack.js';
import { missingProof } from './verdict.js';
import { parseYaml } from './yaml-source.js';

export interface ApplyOptions extends NewJobOptions {
  readonly phase: Phase;
  /** Shows what would be done; nothing is written, and no proof is needed. */
  readonly dryRun: boolean;
  /** Removes without a proof. */
  readonly force: boolean;
}

/** Where a command tells what it does: `show` what is to be changed, `note` everything else. */
export interface Voice {
  readonly show: (text: string) => void;
  readonly note: (text: string) => void;
}

/**
 * Applies a phase to the stack at `root`, a path without links: finishes one that was interrupted, shows what is to be
 * changed, then changes it. A second run finds nothing to change.
 * @param now Epoch milliseconds.
 * @returns what was found before the change.
 */
export async function runApply(root: string, options: ApplyOptions, now: number, voice: Voice): Promise<Survey> {
  const folder = new StateFolder(root);
  const interrupted = await startedStep(folder);
  if (interrupted !== undefined) {
    const told = `the phase ${interrupted.phase} of ${interrupted.at} was interrupted`;
    if (options.dryRun) throw refusal(`${told}: apply finishes it, rollback takes it back`);
    voice.note(`${told}; finishing it`);
    await withLock(folder, async () => {
      // What looked interrupted may have been at work, and be done by now.
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
    voice.note('nothing to change');
    return survey;
  }
  voice.show(await rewriteDiff(root, rewrite));
  const missing = options.phase === 'remove' ? await missingProof(folder, now) : undefined;
  if (options.dryRun) {
    voice.note(
      `a dry run: nothing was changed${missing === undefined ? '' : `. To apply it, a proof is needed: ${missing}`}`,
    );
    return survey;
  }
  if (missing !== undefined && !options.force) {
    throw refusal(`the removal needs a proof, and ${missing}. Run migrate verify, or use --force; nothing was changed`);
  }
  await folder.create();
  await withLock(folder, () => applyRewrite(root, folder, options.phase, rewrite, new Date(now)));
  voice.note(
    `${rewrite.files.length} files and ${rewrite.directories.length} directories changed; migrate rollback takes it back`,
  );
  return survey;
}

/** Neither the exporter's job nor ours: then there is nothing that ours could stand beside. */
function refuseWithoutJob({ files }: Stack, rewrite: Rewrite): void {
  const hasOurs = files.some(({ text }) => {
    const source = text.includes(newJob) ? parseYaml(text) : undefined;
    return source !== undefined && jobLists(source).some(({ jobs }) => jobs.some(({ name }) => name === newJob));
  });
  if (rewrite.files.length === 0 && !hasOurs) {
    throw refusal(`no scrape job of the exporter was found that a job ${newJob} could be added to; see migrate plan`);
  }
}
