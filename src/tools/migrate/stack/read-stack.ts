import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { exporterMention, exporterPort, isExporterName } from '../find/exporter.js';
import { fileKind, isJsonPath, isYamlPath } from './file-kind.js';
import { decodeText, type Stack, type StackEntry, type StackFile, type StackLink } from './stack.js';

/** Maximum file size, in bytes. */
const largest = 5 * 1024 * 1024;
const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules', '.gatewayz-metrics']);
/** Number of entries of a directory that are read at once. */
const concurrency = 16;

/** Called with the number of files read so far. */
export type OnRead = (count: number) => void;

/**
 * Reads a stack repository, ordered by path. Symbolic links are not followed, binary files not read.
 * @param root Absolute path without symbolic links.
 */
export async function readStack(root: string, onRead: OnRead = () => undefined): Promise<Stack> {
  const reader = new StackReader(root, onRead);
  await reader.folder('');
  return reader.stack();
}

class StackReader {
  readonly #root: string;
  readonly #onRead: OnRead;
  readonly #files: StackFile[] = [];
  readonly #others: StackEntry[] = [];
  readonly #links: StackLink[] = [];
  #count = 0;

  constructor(root: string, onRead: OnRead) {
    this.#root = root;
    this.#onRead = onRead;
  }

  async folder(folder: string): Promise<void> {
    const entries = await readdir(join(this.#root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '') throw error;
      // For example the data directory of a container.
      this.#others.push({ path: folder, type: 'closed' });
      return [];
    });
    const pending = entries.filter(({ name }) => !skipped.has(name));
    while (pending.length > 0) {
      const batch = pending.splice(0, concurrency).map(async (entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isSymbolicLink()) await this.#link(path);
        if (entry.isDirectory()) await this.#directory(path, entry.name);
        if (entry.isFile()) await this.#file(path);
      });
      await Promise.all(batch);
    }
  }

  stack(): Stack {
    const canTell = ({ path, type }: StackEntry) =>
      type === 'directory' ||
      type === 'closed' ||
      isExporterName(path.split('/').at(-1) ?? '') ||
      isYamlPath(path) ||
      isJsonPath(path);
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
    return {
      files: this.#files.toSorted(byPath),
      others: this.#others.filter(canTell).toSorted(byPath),
      links: this.#links.toSorted(byPath),
    };
  }

  async #link(path: string): Promise<void> {
    const to = await realpath(join(this.#root, path)).catch(() => this.#root);
    const isInside = to === this.#root || to.startsWith(join(this.#root, sep));
    if (!isInside || isExporterName(path.split('/').at(-1) ?? '')) this.#others.push({ path, type: 'link' });
    if (isInside) this.#links.push({ path, to: to.slice(this.#root.length + 1).replaceAll(sep, '/') });
  }

  async #directory(path: string, name: string): Promise<void> {
    const names = isExporterName(name) ? await readdir(join(this.#root, path)).catch(() => undefined) : undefined;
    if (names !== undefined) this.#others.push({ path, type: 'directory', names });
    await this.folder(path);
  }

  async #file(path: string): Promise<void> {
    const read = await readText(join(this.#root, path));
    this.#count += 1;
    this.#onRead(this.#count);
    if (typeof read === 'string') this.#others.push({ path, type: read });
    else if (read !== undefined && canMatter({ path, ...read })) this.#files.push({ path, ...read });
  }
}

async function readText(path: string): Promise<ReturnType<typeof decodeText> | 'large' | 'unreadable'> {
  try {
    const { size } = await lstat(path);
    return size > largest ? 'large' : decodeText(await readWithoutLinks(path));
  } catch {
    return 'unreadable';
  }
}

/** Reads a regular file; fails on a symbolic link. */
export async function readWithoutLinks(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/**
 * Whether a file can contain a trace. Any YAML file may refer to the exporter by a service name, any file may refer to its
 * directory by a part of the name.
 */
function canMatter({ path, text }: StackFile): boolean {
  if (text === '') return false;
  if (isYamlPath(path)) return true;
  if (isJsonPath(path) && /\b(?:up|expr|ALERTS)\b/.test(text)) return true;
  return (
    text.search(exporterMention) !== -1 ||
    text.includes(exporterPort) ||
    /gatewayz_(?:health|availability)_|HEALTH_SERVICE_URL|HEALTH_SCRAPE_INTERVAL/.test(text) ||
    (fileKind(path) !== 'document' && /exporter|health[-_]|^groups:|\bjob_name\b/im.test(text))
  );
}
