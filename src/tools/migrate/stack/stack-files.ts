import { constants } from 'node:fs';
import { access, chown, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestOf, type StateFolder } from '../apply/state-folder.js';
import { refusedError } from '../refused-error.js';
import { readWithoutLinks } from './read-stack.js';

/** Digest of a file in the stack; undefined if it is missing or not a regular file. */
export async function currentDigest(root: string, path: string): Promise<Digest | undefined> {
  try {
    return digestOf(await readWithoutLinks(join(root, path)));
  } catch {
    return undefined;
  }
}

/**
 * Replaces a file atomically, with its mode and, if permitted, its owner.
 * @throws {GatewayzMetricsError} `migration_refused` if its path contains a symbolic link.
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
  if (owner !== undefined && !owner.isFile()) throw refusedError(`${path}: expected a file, got something else`);
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

/** Moves a directory atomically. */
export async function moveDirectory(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(from));
  await syncFolder(dirname(to));
}

export async function isDirectory(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** Whether the process may replace or move a path. */
export async function isReplaceable(root: string, path: string): Promise<boolean> {
  const folder = dirname(join(root, path));
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Refuses a path with a symbolic link above it, which could lead out of the root. */
export async function refuseLinks(root: string, path: string): Promise<void> {
  const parent = dirname(join(root, path));
  if ((await realpath(parent).catch(() => '')) !== parent) {
    throw refusedError(`${path}: its directory is missing or reached through a symbolic link; nothing was written`);
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
