import { withLock } from './lock.js';
import { editedSince, type RollbackOptions, rollBack, stepsToUndo } from './roll-back.js';
import type { Output } from './run-apply.js';
import { rollbackDiff } from './show-changes.js';
import { StateFolder } from './state-folder.js';
import { readSteps } from './steps.js';

/** Prints the diff, then reverts applied phases. @param root Path without symbolic links. */
export async function runRollback(
  root: string,
  options: RollbackOptions & { readonly dryRun: boolean },
  output: Output,
): Promise<void> {
  const folder = new StateFolder(root);
  const undone = stepsToUndo(await readSteps(folder), options.to);
  if (undone.length === 0) {
    output.note('nothing to roll back');
    return;
  }
  output.show(await rollbackDiff(root, folder, undone));
  if (options.dryRun) {
    const edited = await editedSince(root, folder, undone);
    const refused =
      edited.length === 0 || options.force ? '' : `; rollback would refuse: edited since: ${edited.join(', ')}`;
    output.note(`dry run: nothing was changed${refused}`);
    return;
  }
  const restored = await withLock(folder, () => rollBack(root, folder, options));
  output.note(`restored: ${restored.join(', ')}`);
}
