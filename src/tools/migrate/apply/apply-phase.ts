import { refusedError } from '../refused-error.js';
import type { Phase, Rewrite } from '../rewrite/plan-stack.js';
import { encodeText } from '../stack/stack.js';
import type { StackFolder } from '../stack/stack-folder.js';
import { digestOf, type StateFolder } from '../stack/state-folder.js';
import { pendingFiles, performStep } from './perform-step.js';
import { readSteps, type Step, writeSteps } from './steps.js';

/** Backs up every file before and after the change, writes the journal, then makes the changes. */
export async function applyRewrite(stack: StackFolder, phase: Phase, rewrite: Rewrite, at: Date): Promise<Step> {
  const { state } = stack;
  await state.create();
  const steps = await readSteps(state);
  if (steps.some(({ status }) => status === 'started'))
    throw refusedError(
      'an earlier apply was interrupted; run migrate apply to finish it or migrate rollback to revert it',
    );
  await refuseClosed(stack, [...rewrite.files.map(({ file }) => file.path), ...rewrite.directories]);
  const files = [];
  for (const { file, after } of rewrite.files) {
    const [bytes, changed] = [encodeText(file, file.text), encodeText(file, after)];
    files.push({
      path: file.path,
      mode: await stack.mode(file.path),
      before: await state.storeBackup(bytes),
      after: await state.storeBackup(changed),
    });
  }
  const id = `${phase}-${steps.length}-${digestOf(Buffer.from(at.toISOString())).slice(0, 8)}`;
  const step: Step = {
    id,
    phase,
    at: at.toISOString(),
    status: 'started',
    files,
    directories: [...rewrite.directories],
  };
  // Checked before the journal is written, so that a refused apply leaves no step behind.
  await pendingFiles(stack, step);
  await writeSteps(state, [...steps, step]);
  return finishStep(stack, step);
}

/** Refuses a phase that could only be applied in part. */
async function refuseClosed(stack: StackFolder, paths: readonly string[]): Promise<void> {
  const closed = [];
  for (const path of paths) if (!(await stack.isReplaceable(path))) closed.push(path);
  if (closed.length > 0)
    throw refusedError(`no permission to write to the directory of ${closed.join(', ')}; nothing was changed`);
}

/** Makes the remaining changes of a step from the journal, and marks it done. */
export async function finishStep(stack: StackFolder, step: Step): Promise<Step> {
  try {
    await performStep(stack, step);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw refusedError(
      `${error.message}; the phase ${step.phase} is not complete: apply finishes it, rollback reverts it`,
    );
  }
  const done: Step = { ...step, status: 'done' };
  const others = (await readSteps(stack.state)).filter(({ id }) => id !== step.id);
  await writeSteps(stack.state, [...others, done]);
  return done;
}

/** The interrupted step, if there is one. */
export async function startedStep(folder: StateFolder): Promise<Step | undefined> {
  return (await readSteps(folder)).find(({ status }) => status === 'started');
}
