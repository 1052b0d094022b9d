import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusedError } from '../refused-error.js';
import type { StateFolder } from '../stack/state-folder.js';

/** Runs `use` under the lock of a stack. The lock of a dead process is removed. */
export async function withLock<T>(folder: StateFolder, use: () => Promise<T>): Promise<T> {
  const path = join(folder.path, 'lock');
  await take(path);
  try {
    return await use();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const holder = Number(text);
    if (isRunning(holder)) throw refusedError(`process ${holder} is migrating this stack; its lock is ${path}`);
    if (text === '' && (await isFresh(path))) break;
    await removeStale(path, text);
  }
  throw refusedError(`${path}: another process took the lock`);
}

/** Whether an empty lock file is new enough to be one that another process is just writing. */
async function isFresh(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs < 5000;
}

/** Removes a stale lock, but not one that another process has taken in the meantime. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = join(dirname(path), `tmp-${randomBytes(8).toString('hex')}`);
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) !== stale) {
    await rename(aside, path);
    throw refusedError(`${path}: another process took the lock`);
  }
  await rm(aside, { force: true });
}

/** Whether another process runs with this id. In containers, a dead process and its successor often share an id. */
function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
