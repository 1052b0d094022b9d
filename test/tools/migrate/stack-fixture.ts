import { chmod, mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files of a stack by path, as bytes; `undefined` for what an archive says is gone. */
export type StackBytes = ReadonlyMap<string, Buffer | undefined>;

export const stackNames = ['classic', 'windows', 'anchors', 'templated', 'flow'] as const;
export type StackName = (typeof stackNames)[number];

/** Reads `before`, or what a phase makes of it: there, what the phase does not touch is as before. */
export async function readFixture(stack: StackName, state: 'before' | 'parallel' | 'remove'): Promise<StackBytes> {
  const before = await readArchive(stack, 'before');
  if (state === 'before') return before;
  const after = new Map([...before, ...(await readArchive(stack, state))]);
  for (const [path, bytes] of after) if (bytes === undefined) after.delete(path);
  return after;
}

async function readArchive(stack: StackName, state: string): Promise<StackBytes> {
  const url = new URL(`../../fixtures/migrate/${stack}/${state}.txt`, import.meta.url);
  const [, ...parts] = (await readFile(url, 'utf8')).split(/^-- (.+) --\n/m);
  const files = new Map<string, Buffer | undefined>();
  for (let index = 0; index < parts.length; index += 2) {
    const [path = '', ...words] = (parts[index] ?? '').split(' ');
    files.set(path, words.includes('gone') ? undefined : bytesOf(parts[index + 1] ?? '', words));
  }
  return files;
}

function bytesOf(text: string, words: readonly string[]): Buffer {
  const closed = words.includes('open') ? text.replace(/\n$/, '') : text;
  const lines = words.includes('crlf') ? closed.replaceAll('\n', '\r\n') : closed;
  return Buffer.from(lines, words.includes('latin1') ? 'latin1' : 'utf8');
}

/** Writes a stack to an empty folder; every third file is executable, so that modes have something to get wrong. */
export async function writeStack(root: string, files: StackBytes): Promise<void> {
  let count = 0;
  for (const [path, bytes] of files) {
    if (bytes === undefined) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), bytes);
    count += 1;
    await chmod(join(root, path), count % 3 === 0 ? 0o755 : 0o640);
  }
}

/** Everything below a folder but its state folder: mode and bytes of files, targets of links, by path. */
export async function readTree(root: string): Promise<Readonly<Record<string, string>>> {
  const tree: Record<string, string> = {};
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length + 1);
    if (name.startsWith('.gatewayz-metrics')) continue;
    if (entry.isSymbolicLink()) tree[name] = `link ${await readlink(path)}`;
    if (entry.isFile())
      tree[name] = `${((await stat(path)).mode & 0o7777).toString(8)} ${await readFile(path, 'latin1')}`;
  }
  return tree;
}

/** The bytes of a tree without its modes, for comparison with a fixture. */
export function bytesOfTree(tree: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tree).map(([path, text]) => [path, text.replace(/^\d+ /, '')]));
}

export function bytesOfFixture(files: StackBytes): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, (bytes ?? Buffer.of()).toString('latin1')]));
}
