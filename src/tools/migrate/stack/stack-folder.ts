import { constants } from 'node:fs';
import { access, chown, lstat, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusedError } from '../refused-error.js';
import { readWithoutLinks } from './read-stack.js';
import { type Digest, digestOf, StateFolder } from './state-folder.js';

/** The folder of a stack repository: reads and replaces its files, never through a symbolic link. */
export class StackFolder {
  /** Absolute path without symbolic links. */
  readonly root: string;
  /** Backups, journal and verdict. */
  readonly state: StateFolder;

  constructor(root: string) {
    this.root = root;
    this.state = new StateFolder(root);
  }

  /** Absolute path of a path relative to the root. */
  at(path: string): string {
    return join(this.root, path);
  }

  read(path: string): Promise<Buffer> {
    return readWithoutLinks(this.at(path));
  }

  /** Digest of a file; undefined if it is missing or not a regular file. */
  async digest(path: string): Promise<Digest | undefined> {
    try {
      return digestOf(await this.read(path));
    } catch {
      return undefined;
    }
  }

  /** Permission bits of a file. */
  async mode(path: string): Promise<number> {
    return (await lstat(this.at(path))).mode & 0o7777;
  }

  /**
   * Replaces a file atomically, with its mode and, if permitted, its owner.
   * @throws {GatewayzMetricsError} `migration_refused` if its path contains a symbolic link.
   */
  async replace(path: string, bytes: Buffer, mode: number): Promise<void> {
    const target = this.at(path);
    await this.refuseLinks(path);
    const owner = await lstat(target).catch(() => undefined);
    if (owner !== undefined && !owner.isFile()) throw refusedError(`${path}: expected a file, got something else`);
    const staged = await this.state.stage(bytes, mode);
    try {
      if (owner !== undefined) await chown(staged, owner.uid, owner.gid).catch(() => undefined);
      await rename(staged, target);
    } catch (error) {
      await rm(staged, { force: true });
      throw error;
    }
    await syncFolder(dirname(target));
  }

  /** Whether the process may replace or move a path. */
  isReplaceable(path: string): Promise<boolean> {
    return access(dirname(this.at(path)), constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    );
  }

  /** Refuses a path with a symbolic link above it, which could lead out of the root. */
  async refuseLinks(path: string): Promise<void> {
    const parent = dirname(this.at(path));
    if ((await realpath(parent).catch(() => '')) !== parent) {
      throw refusedError(`${path}: its directory is missing or reached through a symbolic link; nothing was written`);
    }
  }
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

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
