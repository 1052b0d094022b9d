import { withLock } from './lock.js';
import { editedSince, type RollbackOptions, rollBack, stepsToUndo } from './roll-back.js';
import type { Voice } from './run-apply.js';
import { rollbackDiff } from './show-changes.js';
import { StateFolder } from './state-folder.js';
import { readSteps } from './steps.js';

/** Takes back what was applied to the stack at `root`, a path without links, showing it first. */
export async function runRollback(
  root: string,
  options: RollbackOptions & { readonly dryRun: boolean },
  voice: Voice,
): Promise<void> {
  const folder = new StateFolder(root);
  const undone = stepsToUndo(await readSteps(folder), options.to);
  if (undone.length === 0) {
    voice.note('nothing to roll back');
    return;
  }
  voice.show(await rollbackDiff(root, folder, undone));
  if (options.dryRun) {
    const edited = await editedSince(root, folder, undone);
    const refused =
      edited.length === 0 || options.force ? '' : `; it would be refused, edited since: ${edited.join(', ')}`;
    voice.note(`a dry run: nothing was changed${refused}`);
    return;
  }
  const restored = await withLock(folder, () => rollBack(root, folder, options));
  voice.note(`restored: ${restored.join(', ')}`);
}
