import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';

const exec = promisify(execFile);

/**
 * A Node.js of another release line, from the npm package `node-<platform>-<arch>`; downloaded once.
 *
 * @param {string} version such as `22`
 * @returns {Promise<{ path: string, folder: string, version: string }>} `version` as `node --version` prints it, without the v
 */
export async function nodeBinary(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const target = join(cacheFolder(), 'node', `${name}-${version}`);
  if (!existsSync(target)) {
    console.log(`Downloading Node.js ${version} (npm package ${name})`);
    mkdirSync(join(cacheFolder(), 'node'), { recursive: true });
    const work = mkdtempSync(join(cacheFolder(), 'node', '.download-'));
    try {
      await exec('npm', ['pack', '--silent', '--pack-destination', work, `${name}@${version}`]);
      const [archive] = readdirSync(work);
      await exec('tar', ['-xzf', join(work, archive), '-C', work]);
      renameSync(join(work, 'package'), target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const folder = join(target, 'bin');
  const path = join(folder, 'node');
  const { stdout } = await exec(path, ['--version']);
  return { path, folder, version: stdout.trim().slice(1) };
}
