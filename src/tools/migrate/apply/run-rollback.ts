import type { StackFolder } from '../stack/stack-folder.js';
import { withLock } from './lock.js';
import { editedSince, type RollbackOptions, rollBack, stepsToUndo } from './roll-back.js';
import type { Output } from './run-apply.js';
import { rollbackDiff } from './show-changes.js';
import { readSteps } from './steps.js';

/** Prints the diff, then reverts applied phases. */
export async function runRollback(
  folder: StackFolder,
  options: RollbackOptions & { readonly dryRun: boolean },
  output: Output,
): Promise<void> {
  const undone = stepsToUndo(await readSteps(folder.state), options.to);
  if (undone.length === 0) {
    output.note('nothing to roll back');
    return;
  }
  output.show(await rollbackDiff(folder, undone));
  if (options.dryRun) {
    const edited = await editedSince(folder, undone);
    const refused =
      edited.length === 0 || options.force ? '' : `; rollback would refuse: edited since: ${edited.join(', ')}`;
    output.note(`dry run: nothing was changed${refused}`);
    return;
  }
  const restored = await withLock(folder.state, () => rollBack(folder, options));
  output.note(`restored: ${restored.join(', ')}`);
}
