import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { runMigrate } from './run-migrate.js';
import { bytesOfFixture, bytesOfTree, readFixture, readTree, stackNames, writeStack } from './stack-fixture.js';

let root: string;

beforeEach(async () => {
  root = await tempFolder();
});

afterEach(() => removeFolder(root));

const target = ['--target', 'backend:8000'] as const;

describe.each(stackNames)('the stack %s', (name) => {
  it('becomes exactly what is expected in each phase, and what it was when rolled back', async () => {
    await writeStack(root, await readFixture(name, 'before'));
    const before = await readTree(root);

    expect(await runMigrate('apply', '--root', root, '--phase', 'parallel', ...target)).toMatchObject({ code: 0 });
    const parallel = await readTree(root);
    expect(bytesOfTree(parallel)).toEqual(bytesOfFixture(await readFixture(name, 'parallel')));

    expect(await runMigrate('apply', '--root', root, '--phase', 'remove', ...target, '--force')).toMatchObject({
      code: 0,
    });
    const removed = await readTree(root);
    expect(bytesOfTree(removed)).toEqual(bytesOfFixture(await readFixture(name, 'remove')));

    expect(await runMigrate('rollback', '--root', root, '--to', 'parallel')).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(parallel);
    await runMigrate('apply', '--root', root, '--phase', 'remove', ...target, '--force');
    expect(await readTree(root)).toEqual(removed);

    expect(await runMigrate('rollback', '--root', root)).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(before);
  });

  it('is the same after the removal alone as after both phases', async () => {
    await writeStack(root, await readFixture(name, 'before'));
    await runMigrate('apply', '--root', root, '--phase', 'remove', ...target, '--force');
    expect(bytesOfTree(await readTree(root))).toEqual(bytesOfFixture(await readFixture(name, 'remove')));
  });
});
