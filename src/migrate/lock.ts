import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from './refusal.js';
import type { StateFolder } from './state-folder.js';

/** Runs `use` while no other migrate works on the same stack. One that died holding the lock does not block. */
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
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (isRunning(holder)) throw refusal(`process ${holder} is migrating this stack; ${path} is its lock`);
    await rm(path, { force: true });
  }
  throw refusal(`${path}: another process took the lock`);
}

/** Another process than this one: in containers, one that died and the one after it often have the same number. */
function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
