import { join } from 'node:path';
import { refusedError } from '../refused-error.js';
import { isDirectory, moveDirectory, type StackFolder } from '../stack/stack-folder.js';
import type { StateFolder } from '../stack/state-folder.js';
import type { Step } from './steps.js';

/**
 * Files of a step that are still unchanged.
 * @throws {GatewayzMetricsError} `migration_refused` where a file or directory was edited since.
 */
export async function pendingFiles(stack: StackFolder, step: Step): Promise<readonly StepFile[]> {
  const pending: StepFile[] = [];
  const foreign: string[] = [];
  for (const file of step.files) {
    const digest = await stack.digest(file.path);
    if (digest === file.before) pending.push(file);
    else if (digest !== file.after) foreign.push(file.path);
  }
  for (const [index, path] of step.directories.entries()) {
    const [here, moved] = [stack.at(path), backupPath(stack.state, step, index)];
    if ((await isDirectory(here)) === (await isDirectory(moved))) foreign.push(path);
  }
  if (foreign.length === 0) return pending;
  const way = 'Undo that edit, or revert the phase with migrate rollback --force';
  throw refusedError(
    `edited since the phase ${step.phase} started: ${foreign.join(', ')}; nothing was changed. ${way}`,
  );
}

type StepFile = Step['files'][number];

/**
 * Makes the remaining changes of a step: files first, then directories, so that no file refers to a removed directory.
 * May be called again after an interruption.
 * @throws {GatewayzMetricsError} `migration_refused` before any change, as `pendingFiles`.
 */
export async function performStep(stack: StackFolder, step: Step): Promise<void> {
  for (const { path, after, mode } of await pendingFiles(stack, step)) {
    await stack.replace(path, await stack.state.readBackup(after, path), mode);
  }
  for (const [index, path] of step.directories.entries()) {
    if (!(await isDirectory(stack.at(path)))) continue;
    await stack.refuseLinks(path);
    await moveDirectory(stack.at(path), backupPath(stack.state, step, index));
  }
}

/** Backup location of a removed directory. */
export function backupPath(folder: StateFolder, step: Step, index: number): string {
  return join(folder.path, 'folders', `${step.id}-${index}`);
}
