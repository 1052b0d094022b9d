import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusedError } from '../refused-error.js';

const stateFolderName = '.gatewayz-metrics';

const writeFailures: Readonly<Record<string, string>> = {
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is exceeded',
};

/** SHA-256 in hexadecimal; also the file name of the backup. */
export type Digest = string;

export function digestOf(bytes: Buffer): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Folder with backups, journal and verdict of a stack; mode 0700 and ignored by git. */
export class StateFolder {
  readonly path: string;

  /** @param root Path without symbolic links. */
  constructor(root: string) {
    this.path = join(root, stateFolderName);
  }

  /**
   * Whether the folder exists.
   * @throws {GatewayzMetricsError} `migration_refused` if something else has its name, such as a symbolic link.
   */
  async exists(): Promise<boolean> {
    const found = await lstat(this.path).catch(() => undefined);
    if (found === undefined) return false;
    if (found.isDirectory()) return true;
    throw refusedError(
      `${this.path}: expected a directory, got ${found.isSymbolicLink() ? 'a symbolic link' : 'a file'}`,
    );
  }

  /** @throws {GatewayzMetricsError} `migration_refused` if the folder cannot be written. */
  async create(): Promise<void> {
    try {
      if (await this.exists()) await chmod(this.path, 0o700);
      else await mkdir(this.path, { mode: 0o700 });
      for (const name of ['blobs', 'folders']) await mkdir(join(this.path, name), { mode: 0o700, recursive: true });
      await this.write('.gitignore', Buffer.from('*\n'));
    } catch (error) {
      const reason = writeFailures[(error as NodeJS.ErrnoException).code ?? ''];
      if (reason === undefined) throw error;
      throw refusedError(
        `cannot write to ${dirname(this.path)}: ${reason}. Backups and the journal go to ${this.path}; nothing was changed`,
      );
    }
  }

  /** Reads a file of the folder; undefined if missing. */
  async read(name: string): Promise<Buffer | undefined> {
    if (!(await this.exists())) return undefined;
    return readFile(join(this.path, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  }

  /** Writes a file of the folder atomically. */
  async write(name: string, bytes: Buffer): Promise<void> {
    await rename(await this.stage(bytes, 0o600), join(this.path, name));
  }

  /** Writes bytes to a new synced file, which the caller renames. */
  async stage(bytes: Buffer, mode: number): Promise<string> {
    const path = join(this.path, `tmp-${randomBytes(8).toString('hex')}`);
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    return path;
  }

  async storeBackup(bytes: Buffer): Promise<Digest> {
    const digest = digestOf(bytes);
    await this.write(join('blobs', digest), bytes);
    return digest;
  }

  async readBackup(digest: Digest, of: string): Promise<Buffer> {
    const bytes = await this.read(join('blobs', digest));
    if (bytes === undefined || digestOf(bytes) !== digest)
      throw refusedError(`the backup of ${of} in ${this.path} is missing or damaged`);
    return bytes;
  }

  /** Removes backups and journal; also the folder if nothing else is in it. */
  async clear(): Promise<void> {
    for (const name of ['blobs', 'folders', 'steps.json'])
      await rm(join(this.path, name), { recursive: true, force: true });
    const rest = await readdir(this.path);
    for (const name of rest.filter((entry) => entry.startsWith('tmp-')))
      await rm(join(this.path, name), { force: true });
    if (rest.every((name) => name === '.gitignore' || name === 'lock' || name.startsWith('tmp-'))) {
      await rm(this.path, { recursive: true, force: true });
    }
  }
}
