import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { provisionDebianPackage } from '../../src/demo/provision-debian-package.js';
import { runCommand } from '../../src/demo/run-command.js';
import { withTempFolder } from './temp-folder.js';

/** A Python with modules of Debian packages: the program, and the environment to start it with. */
export interface DebianPython {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The system's own Python with these packages and all they depend on, unpacked and not installed. Rejects where the system
 * has no such packages.
 */
export async function provisionDebianPython(...packages: readonly string[]): Promise<DebianPython> {
  const names = await dependenciesOf(packages);
  const missing = packages.filter((name) => !names.includes(name));
  if (missing.length > 0) throw new Error(`apt-cache knows no package ${missing.join(', ')}`);
  const folders = await Promise.all(names.map((name) => provisionDebianPackage(name)));
  const modules = folders.map((folder) => join(folder, 'usr/lib/python3/dist-packages'));
  return {
    // Compiled modules fit this one; another may come first on PATH.
    program: await access('/usr/bin/python3').then(
      () => '/usr/bin/python3',
      () => 'python3',
    ),
    env: { ...process.env, PYTHONPATH: modules.join(':'), PYTHONDONTWRITEBYTECODE: '1' },
  };
}

/**
 * The packages and the packages of Python modules that they need, directly or not. Where the system's package lists are
 * absent or do not know them, lists of our own are fetched, for this once.
 */
async function dependenciesOf(packages: readonly string[]): Promise<readonly string[]> {
  const known = await closureOf(packages);
  if (packages.every((name) => known.includes(name))) return known;
  return withTempFolder(async (folder) => {
    await mkdir(join(folder, 'partial'));
    const lists = ['-o', `Dir::State::lists=${folder}`, '-o', 'APT::Sandbox::User=root'];
    await runCommand('apt-get', [...lists, '-o', 'Acquire::Languages=none', 'update']);
    return closureOf(packages, lists);
  });
}

async function closureOf(packages: readonly string[], options: readonly string[] = []): Promise<readonly string[]> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const { stdout } = await runCommand('apt-cache', [...options, 'depends', '--recurse', ...only, ...packages]);
  return [...new Set(stdout.split('\n').filter((line) => /^python3-[\w.+-]+$/.test(line)))];
}
