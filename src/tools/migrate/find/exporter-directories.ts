import { posix } from 'node:path';
import type { Stack, StackEntry, StackFile } from '../stack/stack.js';
import { directoryReference } from './directory-references.js';

type LineOf = (file: StackFile, offset: number) => number;

/** A directory named like the exporter. */
export interface ExporterDirectory {
  readonly path: string;
  /** Why it is kept; undefined: it can be removed. */
  readonly stays: string | undefined;
}

/**
 * Directories named like the exporter, and whether they can be removed: only if no file outside refers to them.
 * @param files The files after all other changes.
 * @param lineOf Line in the file before the changes, from 1, of an offset after them.
 */
export function exporterDirectories(
  stack: Stack,
  files: readonly StackFile[],
  lineOf: LineOf,
): readonly ExporterDirectory[] {
  const found: ExporterDirectory[] = [];
  for (const entry of stack.others) {
    const isInside = found.some(({ path }) => entry.path.startsWith(`${path}/`));
    if (entry.type === 'directory' && !isInside) {
      found.push({ path: entry.path, stays: reasonToStay(entry, stack, files, lineOf) });
    }
  }
  return found;
}

function reasonToStay(
  { path, names = [] }: StackEntry,
  { others, links }: Stack,
  files: readonly StackFile[],
  lineOf: LineOf,
): string | undefined {
  if (names.includes('.git')) return 'it is a repository of its own';
  const isProgram = names.some((name) => /^Dockerfile/.test(name) || /^health[-_]service[-_]exporter\.\w+$/.test(name));
  if (!isProgram) return 'it contains neither a Dockerfile nor the exporter program';
  const isOutside = (other: string) => !other.startsWith(`${path}/`);
  const link = links.find(({ path: from, to }) => isOutside(from) && (to === path || to.startsWith(`${path}/`)));
  if (link !== undefined) return `${link.path} is a symbolic link to it`;
  const unread = others.find(
    ({ path: other, type }) => isOutside(other) && (type === 'large' || type === 'unreadable'),
  );
  if (unread !== undefined) return `${unread.path} was not read and may refer to it`;
  for (const file of files) {
    const reference = isOutside(file.path) ? directoryReference(file, posix.basename(path)) : undefined;
    if (reference !== undefined) return `${file.path}:${lineOf(file, reference)} still refers to it`;
  }
  return undefined;
}
