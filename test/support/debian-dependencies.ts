import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { withTempFolder } from './temp-folder.js';

/**
 * The Debian packages and all that they depend on, directly or not. Where the system's package lists are absent or do not
 * know them, lists of our own are fetched, for this once. Rejects where there are no such packages.
 */
export async function debianDependencies(packages: readonly string[]): Promise<readonly string[]> {
  const known = await closureOf(packages);
  const missingIn = (names: readonly string[]) => packages.filter((name) => !names.includes(name));
  if (missingIn(known).length === 0) return known;
  return withTempFolder(async (folder) => {
    await mkdir(join(folder, 'partial'));
    const lists = ['-o', `Dir::State::lists=${folder}`, '-o', 'APT::Sandbox::User=root'];
    await runCommand('apt-get', [...lists, '-o', 'Acquire::Languages=none', 'update']);
    const names = await closureOf(packages, lists);
    const missing = missingIn(names);
    if (missing.length > 0) throw new Error(`apt-cache knows no package ${missing.join(', ')}`);
    return names;
  });
}

async function closureOf(packages: readonly string[], options: readonly string[] = []): Promise<readonly string[]> {
  const only = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map((kind) => `--no-${kind}`);
  const { stdout } = await runCommand('apt-cache', [...options, 'depends', '--recurse', ...only, ...packages]);
  return [...new Set(stdout.split('\n').filter((line) => /^[\w.+-]+$/.test(line)))];
}
