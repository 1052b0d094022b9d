import { constants } from 'node:fs';
import { access, chown, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readWithoutLinks } from './read-stack.js';
import { refusal } from './refusal.js';
import { type Digest, digestOf, type StateFolder } from './state-folder.js';

/** What a path in the stack holds now: the digest of a file, or that it is missing or something else. */
export async function currentDigest(root: string, path: string): Promise<Digest | undefined> {
  try {
    return digestOf(await readWithoutLinks(join(root, path)));
  } catch {
    return undefined;
  }
}

/**
 * Puts bytes in the place of a file, at once or not at all, with its mode and, where that is allowed, its owner.
 * @throws when a link on the way would lead elsewhere.
 */
export async function replaceFile(
  root: string,
  folder: StateFolder,
  path: string,
  bytes: Buffer,
  mode: number,
): Promise<void> {
  const target = join(root, path);
  await refuseLinks(root, path);
  const owner = await lstat(target).catch(() => undefined);
  if (owner !== undefined && !owner.isFile()) throw refusal(`${path}: expected a file, it has become something else`);
  const staged = await folder.stage(bytes, mode);
  try {
    if (owner !== undefined) await chown(staged, owner.uid, owner.gid).catch(() => undefined);
    await rename(staged, target);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
  await syncFolder(dirname(target));
}

/** Moves a directory as a whole, which its file system does at once or not at all. */
export async function moveDirectory(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(from));
  await syncFolder(dirname(to));
}

export async function isDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Whether what a path leads to can be replaced or moved away. */
export async function isReplaceable(root: string, path: string): Promise<boolean> {
  const folder = dirname(join(root, path));
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Nothing above the path may be a link: it could lead out of the root. */
export async function refuseLinks(root: string, path: string): Promise<void> {
  const parent = dirname(join(root, path));
  if ((await realpath(parent).catch(() => '')) !== parent) {
    throw refusal(`${path}: its folder is missing or reached through a link, nothing is written there`);
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
