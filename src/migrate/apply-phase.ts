import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { pendingFiles, performStep } from './perform-step.js';
import { refusal } from './refusal.js';
import type { Phase, Rewrite } from './rewrite-stack.js';
import { encodeText } from './stack.js';
import { isReplaceable } from './stack-files.js';
import { digestOf, type StateFolder } from './state-folder.js';
import { readSteps, type Step, writeSteps } from './steps.js';

/** Keeps what is to change and what it becomes, then makes the changes; from the first note on it can be taken back. */
export async function applyRewrite(
  root: string,
  folder: StateFolder,
  phase: Phase,
  rewrite: Rewrite,
  at: Date,
): Promise<Step> {
  await folder.create();
  const steps = await readSteps(folder);
  if (steps.some(({ status }) => status === 'started')) throw refusal('an interrupted apply must be finished first');
  await refuseClosed(root, [...rewrite.files.map(({ file }) => file.path), ...rewrite.directories]);
  const files = [];
  for (const { file, after } of rewrite.files) {
    const [bytes, changed] = [encodeText(file, file.text), encodeText(file, after)];
    const { mode } = await lstat(join(root, file.path));
    files.push({
      path: file.path,
      mode: mode & 0o7777,
      before: await folder.keep(bytes),
      after: await folder.keep(changed),
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
  // What is refused for an edit at the last moment leaves no step behind.
  await pendingFiles(root, folder, step);
  await writeSteps(folder, [...steps, step]);
  return finishStep(root, folder, step);
}

/** What could only be done in part is not begun. */
async function refuseClosed(root: string, paths: readonly string[]): Promise<void> {
  const closed = [];
  for (const path of paths) if (!(await isReplaceable(root, path))) closed.push(path);
  if (closed.length > 0) throw refusal(`no right to write to the folder of ${closed.join(', ')}; nothing was changed`);
}

/** Does the rest of a step that was interrupted, or all of one that was just noted. */
export async function finishStep(root: string, folder: StateFolder, step: Step): Promise<Step> {
  try {
    await performStep(root, folder, step);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw refusal(
      `${error.message}; the phase ${step.phase} is not complete: apply finishes it, rollback takes it back`,
    );
  }
  const done: Step = { ...step, status: 'done' };
  const others = (await readSteps(folder)).filter(({ id }) => id !== step.id);
  await writeSteps(folder, [...others, done]);
  return done;
}

/** The step that an interruption left behind. */
export async function startedStep(folder: StateFolder): Promise<Step | undefined> {
  return (await readSteps(folder)).find(({ status }) => status === 'started');
}
