import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from './refusal.js';

export const stateFolderName = '.gatewayz-metrics';

/** SHA-256 of some bytes, as hexadecimal text; also the name under which they are kept. */
export type Digest = string;

export function digestOf(bytes: Buffer): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Where a stack keeps its backups, journal and verdict: a folder that only its owner can enter and git does not see. */
export class StateFolder {
  readonly path: string;

  /** @param root A path without links in it. */
  constructor(root: string) {
    this.path = join(root, stateFolderName);
  }

  /** Whether the folder is there. @throws when something else has its name, a link among others. */
  async exists(): Promise<boolean> {
    const found = await lstat(this.path).catch(() => undefined);
    if (found === undefined) return false;
    if (found.isDirectory()) return true;
    throw refusal(
      `${this.path}: expected a folder of its own or nothing, found ${found.isSymbolicLink() ? 'a link' : 'a file'}`,
    );
  }

  async create(): Promise<void> {
    if (await this.exists()) await chmod(this.path, 0o700);
    else await mkdir(this.path, { mode: 0o700 });
    for (const name of ['blobs', 'folders']) await mkdir(join(this.path, name), { mode: 0o700, recursive: true });
    await this.write('.gitignore', Buffer.from('*\n'));
  }

  /** A file of the folder, or undefined where it is not there. */
  async read(name: string): Promise<Buffer | undefined> {
    if (!(await this.exists())) return undefined;
    return readFile(join(this.path, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
  }

  /** Replaces a file of the folder at once or not at all. */
  async write(name: string, bytes: Buffer): Promise<void> {
    await rename(await this.stage(bytes, 0o600), join(this.path, name));
  }

  /** Writes bytes to a new file of the folder, safely on the disk, for the caller to move to its place. */
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

  async keep(bytes: Buffer): Promise<Digest> {
    const digest = digestOf(bytes);
    await this.write(join('blobs', digest), bytes);
    return digest;
  }

  async kept(digest: Digest, of: string): Promise<Buffer> {
    const bytes = await this.read(join('blobs', digest));
    if (bytes === undefined || digestOf(bytes) !== digest)
      throw refusal(`the backup of ${of} in ${this.path} is missing or damaged`);
    return bytes;
  }

  /** Removes backups and journal; the folder itself too, when nothing else was kept in it. */
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
