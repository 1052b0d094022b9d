import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rewrite } from '../rewrite/plan-stack.js';
import { readWithoutLinks } from '../stack/read-stack.js';
import { decodeText } from '../stack/stack.js';
import type { StackFolder } from '../stack/stack-folder.js';
import { unifiedDiff } from '../text/unified-diff.js';
import { backupPath } from './perform-step.js';
import type { Step } from './steps.js';

/** Maximum size, in bytes, of files in removed or restored directories that the diff prints. */
const largestShown = 256 * 1024;

/** Unified diff of a rewrite. Credentials are masked, so it may not apply as a patch. */
export async function rewriteDiff(stack: StackFolder, { files, directories }: Rewrite): Promise<string> {
  const changed = files.map(({ file, after }) => unifiedDiff(file.path, file.text, after));
  const gone = [];
  for (const path of directories) gone.push(await directoryDiff(stack.at(path), path, 'gone'));
  return [...changed, ...gone].join('');
}

/** Unified diff of a rollback against the current files. */
export async function rollbackDiff(stack: StackFolder, undone: readonly Step[]): Promise<string> {
  const before = new Map<string, Buffer>();
  const back: string[] = [];
  for (const step of undone) {
    for (const file of step.files) before.set(file.path, await stack.state.readBackup(file.before, file.path));
    for (const [index, path] of step.directories.entries())
      back.push(await directoryDiff(backupPath(stack.state, step, index), path, 'back'));
  }
  const files = [];
  for (const [path, bytes] of before) {
    const now = await stack.read(path).catch(() => undefined);
    files.push(unifiedDiff(path, now && textOf(now), textOf(bytes)));
  }
  return [...files, ...back].join('');
}

async function directoryDiff(place: string, path: string, way: 'gone' | 'back'): Promise<string> {
  const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
  const parts = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const [inPlace, shown] = [join(place, entry.name), `${path}/${entry.name}`];
    if (entry.isDirectory()) parts.push(await directoryDiff(inPlace, shown, way));
    else {
      const text = entry.isSymbolicLink() ? `${await readlink(inPlace)}\n` : await shownText(inPlace);
      const binary =
        way === 'gone'
          ? `Binary files a/${shown} and /dev/null differ\n`
          : `Binary files /dev/null and b/${shown} differ\n`;
      const [before, after] = way === 'gone' ? [text, undefined] : [undefined, text];
      parts.push(text === undefined ? binary : unifiedDiff(shown, before, after));
    }
  }
  return parts.join('');
}

async function shownText(path: string): Promise<string | undefined> {
  if ((await lstat(path)).size > largestShown) return undefined;
  return decodeText(await readWithoutLinks(path))?.text;
}

function textOf(bytes: Buffer): string {
  return decodeText(bytes)?.text ?? bytes.toString('utf8');
}
