import { join } from 'node:path';
import { refusal } from './refusal.js';
import { currentDigest, isDirectory, moveDirectory, refuseLinks, replaceFile } from './stack-files.js';
import type { StateFolder } from './state-folder.js';
import type { Step } from './steps.js';

/**
 * Makes the changes of a step that are not made yet: files first, then directories, so that nothing is ever built from a
 * directory that is gone. May be called again after an interruption.
 * @throws before any change, where a file is neither as before nor as after the step.
 */
export async function performStep(root: string, folder: StateFolder, step: Step): Promise<void> {
  const pending: Step['files'][number][] = [];
  const foreign: string[] = [];
  for (const file of step.files) {
    const digest = await currentDigest(root, file.path);
    if (digest === file.before) pending.push(file);
    else if (digest !== file.after) foreign.push(file.path);
  }
  for (const [index, path] of step.directories.entries()) {
    if ((await isDirectory(join(root, path))) === (await isDirectory(backupPath(folder, step, index))))
      foreign.push(path);
  }
  if (foreign.length > 0)
    throw refusal(`edited since the phase ${step.phase} was begun: ${foreign.join(', ')}; nothing was changed`);

  for (const { path, after, mode } of pending)
    await replaceFile(root, folder, path, await folder.kept(after, path), mode);
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
