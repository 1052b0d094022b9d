import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { exporterMention, exporterPort, isExporterName } from '../find/exporter.js';
import { isJsonPath, isYamlPath } from './file-kind.js';
import type { Stack, StackEntry, StackFile } from './stack.js';

/** Maximum file size, in bytes. */
const largest = 5 * 1024 * 1024;
const skipped: ReadonlySet<string> = new Set(['.git', 'node_modules', '.gatewayz-metrics']);

/**
 * Reads a stack repository, ordered by path. Symbolic links are not followed, binary files not read.
 * @param root Absolute path without symbolic links.
 */
export async function readStack(root: string): Promise<Stack> {
  const files: StackFile[] = [];
  const others: StackEntry[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
      if (folder === '') throw error;
      // For example the data directory of a container.
      others.push({ path: folder, type: 'closed' });
      return [];
    });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (skipped.has(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isSymbolicLink() && (isExporterName(entry.name) || (await leadsOut(root, path))))
        others.push({ path, type: 'link' });
      if (entry.isDirectory()) {
        const names = isExporterName(entry.name) ? await readdir(join(root, path)).catch(() => undefined) : undefined;
        if (names !== undefined) others.push({ path, type: 'directory', names });
        await walk(path);
      }
      if (entry.isFile()) {
        const read = await readText(root, path);
        if ('type' in read) others.push(read);
        else if (canMatter(read)) files.push(read);
      }
    }
  };
  await walk('');
  const canTell = ({ path, type }: StackEntry) =>
    type === 'directory' ||
    type === 'closed' ||
    isExporterName(path.split('/').at(-1) ?? '') ||
    isYamlPath(path) ||
    isJsonPath(path);
  return { files, others: others.filter(canTell) };
}

async function leadsOut(root: string, path: string): Promise<boolean> {
  const to = await realpath(join(root, path)).catch(() => root);
  return to !== root && !to.startsWith(join(root, sep));
}

async function readText(root: string, path: string): Promise<StackFile | StackEntry> {
  let bytes: Buffer;
  try {
    const { size } = await lstat(join(root, path));
    if (size > largest) return { path, type: 'large' };
    bytes = await readWithoutLinks(join(root, path));
  } catch {
    return { path, type: 'unreadable' };
  }
  const text = bytes.toString('utf8');
  if (bytes.subarray(0, 8192).includes(0)) return { path, text: '', encoding: 'utf8' };
  const isUtf8 = Buffer.from(text, 'utf8').equals(bytes);
  return isUtf8 ? { path, text, encoding: 'utf8' } : { path, text: bytes.toString('latin1'), encoding: 'latin1' };
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

/** Whether a file can contain a trace. Any YAML file may refer to the exporter by a service name; others need a known word. */
function canMatter({ path, text }: StackFile): boolean {
  if (text === '') return false;
  if (isYamlPath(path)) return true;
  if (isJsonPath(path) && /\bup\b/.test(text)) return true;
  return (
    text.search(exporterMention) !== -1 ||
    text.includes(exporterPort) ||
    /gatewayz_(?:health|availability)_|HEALTH_SERVICE_URL|HEALTH_SCRAPE_INTERVAL/.test(text)
  );
}
