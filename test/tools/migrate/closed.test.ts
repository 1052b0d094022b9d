import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { runMigrate } from './run-migrate.js';
import { bytesOfFixture, bytesOfTree, readFixture, readTree, writeStack } from './stack-fixture.js';

/** Ends of paths that the file system refuses, by call; modes would not stop root, as whom tests may run. */
const closed = vi.hoisted(() => ({ readdir: '', access: '', rename: '', mkdir: '' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const refusing =
    (name: keyof typeof closed) =>
    async (...args: readonly unknown[]): Promise<unknown> => {
      const path = String(args[name === 'rename' ? 1 : 0]);
      if (closed[name] !== '' && path.endsWith(closed[name])) {
        const code = name === 'mkdir' ? 'EROFS' : 'EACCES';
        throw Object.assign(new Error(`${code}: refused, ${name} '${path}'`), { code, syscall: name });
      }
      return (real[name] as (...rest: readonly unknown[]) => Promise<unknown>)(...args);
    };
  return {
    ...real,
    readdir: refusing('readdir'),
    access: refusing('access'),
    rename: refusing('rename'),
    mkdir: refusing('mkdir'),
  };
});

let root: string;
let before: Readonly<Record<string, string>>;

beforeEach(async () => {
  root = await tempFolder();
  await writeStack(root, await readFixture('classic', 'before'));
  before = await readTree(root);
});

afterEach(async () => {
  Object.assign(closed, { readdir: '', access: '', rename: '', mkdir: '' });
  await removeFolder(root);
});

const remove = () => runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'backend:8000', '--force');

describe('what the file system keeps closed', () => {
  it('to the eye is told by plan, which finds all the rest: the data of a container', async () => {
    const open = await runMigrate('plan', '--root', root, '--json');
    await mkdir(join(root, 'prometheus-data'));
    closed.readdir = '/prometheus-data';
    const { code, stdout } = await runMigrate('plan', '--root', root, '--json');
    expect(code).toBe(0);
    const found = (text: string) => (JSON.parse(text) as { findings: readonly { readonly file: string }[] }).findings;
    const isData = ({ file }: { readonly file: string }) => file === 'prometheus-data';
    expect(found(stdout).filter(isData)).toEqual([
      {
        file: 'prometheus-data',
        line: 1,
        kind: 'other',
        action: 'by hand',
        why: 'a directory that could not be opened',
      },
    ]);
    expect(found(stdout).filter((finding) => !isData(finding))).toEqual(found(open.stdout));
    closed.readdir = '';
    await rm(join(root, 'prometheus-data'), { recursive: true });
  });

  it('to the hand is refused before anything is changed', async () => {
    closed.access = '/prometheus';
    const { code, stderr } = await remove();
    expect(code).toBe(1);
    expect(stderr).toContain('no permission to write to the directory of prometheus/prom.yml; nothing was changed');
    expect(await readTree(root)).toEqual(before);
    expect((await runMigrate('rollback', '--root', root)).stderr).toBe('nothing to roll back\n');
  });

  it('in the middle of a phase is told with the two ways on, and both lead there', async () => {
    for (const way of ['apply', 'rollback']) {
      closed.rename = '/prometheus/prom.yml';
      const { code, stderr } = await remove();
      expect(code).toBe(1);
      expect(stderr).toMatch(/prom\.yml'; the phase remove is not complete: apply finishes it, rollback reverts it$/);
      closed.rename = '';
      if (way === 'apply') {
        await remove();
        expect(bytesOfTree(await readTree(root))).toEqual(bytesOfFixture(await readFixture('classic', 'remove')));
      }
      await runMigrate('rollback', '--root', root);
      expect(await readTree(root)).toEqual(before);
    }
  });

  it('as a whole, being read-only, is told in a sentence', async () => {
    closed.mkdir = '/.gatewayz-metrics';
    const { code, stderr } = await remove();
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot write to ${root}: the file system is read-only`);
    expect(await readTree(root)).toEqual(before);
  });
});
