import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makeClone, runScript } from '../support/fake-clone.js';
import { fakeProgram } from '../support/fake-program.js';
import { withTempFolder } from '../support/temp-folder.js';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** A clone in which the real vitest runs `files`, by name; linter and compiler end with the given codes. */
async function makeProject(folder: string, files: Record<string, string>, { lint = 0, types = 0 } = {}): Promise<void> {
  await makeClone(folder);
  const programs = join(folder, 'node_modules', '.bin');
  await mkdir(programs, { recursive: true });
  await fakeProgram(programs, 'biome', `echo "biome $*"; exit ${lint}`);
  await fakeProgram(programs, 'tsc', `echo "tsc $*"; exit ${types}`);
  await symlink(join(modules, 'vitest', 'vitest.mjs'), join(programs, 'vitest'));
  await symlink(join(modules, 'vitest'), join(folder, 'node_modules', 'vitest'));
  for (const [name, body] of Object.entries(files)) {
    await writeFile(join(folder, name), `import { expect, it, beforeAll } from 'vitest';\n${body}`);
  }
}

async function endOf(folder: string, ...args: string[]) {
  const { code, stdout } = await runScript(folder, 'test.mjs', ...args);
  return { code, end: stdout.trimEnd().split('\n').slice(-2), stdout };
}

const pass = "it('a', () => {}); it('b', () => {}); it.skip('c', () => {});";

describe('test.mjs', () => {
  it('runs linter, compiler and tests, and ends with the number of tests', async () => {
    await withTempFolder(async (folder) => {
      await makeProject(folder, { 'one.test.js': pass, 'two.test.js': pass });
      const { code, end, stdout } = await endOf(folder);
      expect({ code, last: end[1] }).toEqual({ code: 0, last: '4 passed, 0 failed' });
      expect(stdout).toMatch(/biome check\ntsc -p tsconfig.json --noEmit\n[\s\S]*Tests .*4 passed/);
    });
  });

  it('passes arguments to vitest', async () => {
    await withTempFolder(async (folder) => {
      await makeProject(folder, { 'one.test.js': pass, 'two.test.js': pass });
      expect(await endOf(folder, 'two', '-t', 'a')).toMatchObject({
        code: 0,
        end: [expect.anything(), '1 passed, 0 failed'],
      });
    });
  });

  it('counts failed tests, and files that could not be loaded or set up', async () => {
    await withTempFolder(async (folder) => {
      await makeProject(folder, {
        'one.test.js': `${pass} it('d', () => expect(1).toBe(2));`,
        'two.test.js': "import './nowhere.js';",
        'three.test.js': `beforeAll(() => { throw new Error('no'); }); ${pass}`,
      });
      const end = ['failed: tests', '2 passed, 3 failed'];
      expect(await endOf(folder)).toMatchObject({ code: 1, end });
    });
  });

  it('counts a run that fails although no test does', async () => {
    await withTempFolder(async (folder) => {
      await makeProject(folder, { 'one.test.js': `${pass} void Promise.reject(new Error('nobody cares'));` });
      expect(await endOf(folder)).toMatchObject({ code: 1, end: ['failed: tests', '2 passed, 1 failed'] });
      const end = ['failed: tests', '0 passed, 1 failed'];
      expect(await endOf(folder, 'no-such-file')).toMatchObject({ code: 1, end });
    });
  });

  it('runs the tests although linter and compiler complain, and fails all the same', async () => {
    await withTempFolder(async (folder) => {
      await makeProject(folder, { 'one.test.js': pass }, { lint: 4, types: 2 });
      expect(await endOf(folder)).toMatchObject({ code: 4, end: ['failed: lint, types', '2 passed, 2 failed'] });
    });
  });
});
