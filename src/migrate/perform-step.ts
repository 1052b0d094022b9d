import { join } from 'node:path';
import { refusal } from './refusal.js';
import { currentDigest, isDirectory, moveDirectory, refuseLinks, replaceFile } from './stack-files.js';
import type { StateFolder } from './state-folder.js';
import type { Step } from './steps.js';

/** The files of a step that are as before it. @throws where one, or a directory, is neither as before nor as after it. */
export async function pendingFiles(root: string, folder: StateFolder, step: Step): Promise<readonly StepFile[]> {
  const pending: StepFile[] = [];
  const foreign: string[] = [];
  for (const file of step.files) {
    const digest = await currentDigest(root, file.path);
    if (digest === file.before) pending.push(file);
    else if (digest !== file.after) foreign.push(file.path);
  }
  for (const [index, path] of step.directories.entries()) {
    const [here, moved] = [join(root, path), backupPath(folder, step, index)];
    if ((await isDirectory(here)) === (await isDirectory(moved))) foreign.push(path);
  }
  if (foreign.length === 0) return pending;
  const way = 'Undo that edit, or take the phase back with migrate rollback --force';
  throw refusal(`edited since the phase ${step.phase} was begun: ${foreign.join(', ')}; nothing was changed. ${way}`);
}

type StepFile = Step['files'][number];

/**
 * Makes the changes of a step that are not made yet: files first, then directories, so that nothing is ever built from a
 * directory that is gone. May be called again after an interruption. @throws as `pendingFiles`, before any change.
 */
export async function performStep(root: string, folder: StateFolder, step: Step): Promise<void> {
  for (const { path, after, mode } of await pendingFiles(root, folder, step)) {
    await replaceFile(root, folder, path, await folder.kept(after, path), mode);
  }
  for (const [index, path] of step.directories.entries()) {
    if (!(await isDirectory(join(root, path)))) continue;
    await refuseLinks(root, path);
    await moveDirectory(join(root, path), backupPath(folder, step, index));
  }
}

/** Where a directory is kept while it is gone. */
export function backupPath(folder: StateFolder, step: Step, index: number): string {
  return join(folder.path, 'folders', `${step.id}-${index}`);
}
