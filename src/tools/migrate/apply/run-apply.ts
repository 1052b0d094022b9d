import { newJob } from '../find/exporter.js';
import { refusedError } from '../refused-error.js';
import type { NewJobOptions } from '../rewrite/new-job.js';
import type { PlannedFinding } from '../rewrite/plan-file.js';
import { type Phase, planStack, type StackPlan } from '../rewrite/plan-stack.js';
import { readStack } from '../stack/read-stack.js';
import type { StackFolder } from '../stack/stack-folder.js';
import { checkVerdict, type VerdictCheck } from '../verify/verdict.js';
import { applyRewrite, finishStep, startedStep } from './apply-phase.js';
import { withLock } from './lock.js';
import { rewriteDiff } from './show-changes.js';

export interface ApplyOptions extends NewJobOptions {
  readonly phase: Phase;
  /** Shows the changes without making them; needs no verdict. */
  readonly dryRun: boolean;
  /** Removes without a passing verdict, and without a job that replaces the exporter's. */
  readonly force: boolean;
}

/** Output of a command. */
export interface Output {
  /** Prints a diff to stdout. */
  readonly show: (text: string) => void;
  /** Prints a message to stderr. */
  readonly note: (text: string) => void;
  /** Shows progress where somebody watches; the next message replaces it. */
  readonly progress: (text: string) => void;
}

/**
 * Applies a phase: finishes an interrupted one, refuses what is not safe, prints the diff, then makes the changes.
 * Idempotent.
 * @param now Epoch milliseconds.
 * @returns the findings before the change.
 */
export async function runApply(
  folder: StackFolder,
  options: ApplyOptions,
  now: number,
  output: Output,
): Promise<readonly PlannedFinding[]> {
  await finishInterrupted(folder, options, output);
  const plan = await readPlan(folder, options, output);
  const rewrite = plan.changes[options.phase];
  if (options.phase === 'parallel') refuseWithoutJob(plan);
  if (rewrite.files.length === 0 && rewrite.directories.length === 0) {
    output.note('nothing to change');
    return plan.findings;
  }
  const verdict = options.phase === 'remove' ? await checkVerdict(folder.state, now) : undefined;
  const missing = verdict === undefined ? [] : reasonsAgainst(verdict, plan);
  if (missing.length > 0 && !options.force && !options.dryRun) {
    throw refusedError(`${missing.join('; ')}; nothing was changed. To remove it nevertheless, use --force`);
  }
  output.show(await rewriteDiff(folder, rewrite));
  if (options.dryRun) {
    const needed = missing.length === 0 ? '' : `. Applying it would be refused without --force: ${missing.join('; ')}`;
    output.note(`dry run: nothing was changed${needed}`);
    return plan.findings;
  }
  await folder.state.create();
  await withLock(folder.state, () => applyRewrite(folder, options.phase, rewrite, new Date(now)));
  if (verdict !== undefined && 'compared' in verdict) output.note(verdict.compared);
  for (const reason of missing) output.note(`removed because of --force, although ${reason}`);
  const files = countOf(rewrite.files.length, 'file', 'files');
  const directories = countOf(rewrite.directories.length, 'directory', 'directories');
  output.note(`${files} changed, ${directories} removed; migrate rollback reverts it`);
  return plan.findings;
}

/** Reads a stack and plans its migration. */
export async function readPlan(folder: StackFolder, options: NewJobOptions, { progress }: Output): Promise<StackPlan> {
  const stack = await readStack(folder.root, (count) => progress(`${countOf(count, 'file', 'files')} read`));
  const plan = planStack(stack, options, (index, count) => progress(`file ${index + 1} of ${count} analysed`));
  progress('');
  return plan;
}

async function finishInterrupted(folder: StackFolder, { dryRun }: ApplyOptions, output: Output): Promise<void> {
  const interrupted = await startedStep(folder.state);
  if (interrupted === undefined) return;
  const message = `the phase ${interrupted.phase} of ${interrupted.at} was interrupted`;
  if (dryRun) throw refusedError(`${message}: apply finishes it, rollback reverts it`);
  output.note(`${message}; finishing it`);
  await withLock(folder.state, async () => {
    // The step may have been finished by another process in the meantime.
    const step = await startedStep(folder.state);
    if (step !== undefined) await finishStep(folder, step);
  });
}

/** Refuses a stack that has neither the exporter's job nor the new one. */
function refuseWithoutJob({ changes, hasNewJob }: StackPlan): void {
  if (changes.parallel.files.length > 0 || hasNewJob) return;
  throw refusedError(
    `no scrape job of the exporter was found that a job ${newJob} could be added to; see migrate plan`,
  );
}

/** Why the removal is not safe. */
function reasonsAgainst(verdict: VerdictCheck, { hasNewJob }: StackPlan): readonly string[] {
  return [
    ...('missing' in verdict ? [`the removal needs a passing migrate verify, but ${verdict.missing}`] : []),
    ...(hasNewJob ? [] : [`no scrape job ${newJob} is in the stack, and none can be added to it`]),
  ];
}

function countOf(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
