import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { refusedError } from '../refused-error.js';
import { isDirectory, moveDirectory, type StackFolder } from '../stack/stack-folder.js';
import type { Digest, StateFolder } from '../stack/state-folder.js';
import { backupPath } from './perform-step.js';
import { readSteps, type Step, writeSteps } from './steps.js';

export interface RollbackOptions {
  /** `start`: before the first apply; `parallel`: before the removal. */
  readonly to: 'start' | 'parallel';
  /** Whether to overwrite files edited since; the edited versions are saved in the state folder. */
  readonly force: boolean;
}

/** Steps that a rollback reverts, newest first. */
export function stepsToUndo(steps: readonly Step[], to: RollbackOptions['to']): readonly Step[] {
  const first = to === 'start' ? 0 : steps.findIndex(({ phase }) => phase === 'remove');
  return first === -1 ? [] : steps.slice(first).toReversed();
}

/** Paths that match neither side of a step. */
export async function editedSince(stack: StackFolder, undone: readonly Step[]): Promise<readonly string[]> {
  const digests = new Map<string, Digest | undefined>();
  const edited = new Set<string>();
  for (const step of undone) {
    for (const { path, before, after } of step.files) {
      const digest = digests.has(path) ? digests.get(path) : await stack.digest(path);
      if (digest !== before && digest !== after) edited.add(path);
      digests.set(path, before);
    }
    for (const [index, path] of step.directories.entries()) {
      if ((await isDirectory(stack.at(path))) && (await isDirectory(backupPath(stack.state, step, index))))
        edited.add(path);
    }
  }
  return [...edited].toSorted();
}

/**
 * Reverts steps one by one, byte for byte. May be called again after an interruption.
 * @returns the restored paths.
 */
export async function rollBack(stack: StackFolder, options: RollbackOptions): Promise<readonly string[]> {
  const steps = await readSteps(stack.state);
  const undone = stepsToUndo(steps, options.to);
  const edited = await editedSince(stack, undone);
  if (edited.length > 0 && !options.force) {
    throw refusedError(
      `edited since they were changed: ${edited.join(', ')}; nothing was restored. Use --force to restore them anyway; the edited versions are saved in ${stack.state.path}`,
    );
  }
  const restored = new Set<string>();
  for (const [index, step] of undone.entries()) {
    for (const path of await undoStep(stack, step)) restored.add(path);
    await writeSteps(stack.state, steps.slice(0, steps.length - 1 - index));
  }
  if (steps.length > 0 && undone.length === steps.length) await stack.state.clear();
  return [...restored].toSorted();
}

async function undoStep(stack: StackFolder, step: Step): Promise<readonly string[]> {
  // Directories first: restored files refer to them.
  for (const [index, path] of step.directories.entries()) {
    const backup = backupPath(stack.state, step, index);
    const isThere = await isDirectory(stack.at(path));
    if (!(await isDirectory(backup))) {
      if (isThere) continue;
      throw refusedError(`the backup of ${path} in ${stack.state.path} is missing`);
    }
    await stack.refuseLinks(path);
    if (isThere) await moveDirectory(stack.at(path), await placeForEdited(stack.state, path));
    await moveDirectory(backup, stack.at(path));
  }
  for (const { path, before, after, mode } of step.files) {
    const digest = await stack.digest(path);
    if (digest === before) continue;
    if (digest !== after && digest !== undefined) {
      const place = await placeForEdited(stack.state, path);
      await stack.replace(relative(stack.root, place), await stack.read(path), 0o600);
    }
    await stack.replace(path, await stack.state.readBackup(before, path), mode);
  }
  return [...step.directories, ...step.files.map(({ path }) => path)];
}

/** An unused path in the state folder, its parent created. */
async function placeForEdited(folder: StateFolder, path: string): Promise<string> {
  const place = join(folder.path, 'edited', randomBytes(4).toString('hex'), path);
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  return place;
}
