import { posix } from 'node:path';
import { isScalar } from 'yaml';
import { isYamlPath } from '../stack/file-kind.js';
import type { Stack, StackEntry, StackFile } from '../stack/stack.js';
import { parseYaml } from '../text/yaml-source.js';
import { walkYaml } from '../text/yaml-walk.js';
import { isFields } from './compose-service.js';

/** A directory named like the exporter. */
export interface ExporterDirectory {
  readonly path: string;
  /** Why it is kept; undefined: it can be removed. */
  readonly stays: string | undefined;
}

/**
 * Directories named like the exporter, and whether they can be removed.
 * @param files The files after all other changes.
 */
export function exporterDirectories(stack: Stack, files: readonly StackFile[]): readonly ExporterDirectory[] {
  const found: ExporterDirectory[] = [];
  for (const entry of stack.others) {
    const isInside = found.some(({ path }) => entry.path.startsWith(`${path}/`));
    if (entry.type === 'directory' && !isInside) found.push({ path: entry.path, stays: reasonToStay(entry, files) });
  }
  return found;
}

function reasonToStay({ path, names = [] }: StackEntry, files: readonly StackFile[]): string | undefined {
  if (names.includes('.git')) return 'it is a repository of its own';
  const isProgram = names.some((name) => /^Dockerfile/.test(name) || /^health[-_]service[-_]exporter\.\w+$/.test(name));
  if (!isProgram) return 'it contains neither a Dockerfile nor the exporter program';
  for (const file of files) {
    if (file.path.startsWith(`${path}/`)) continue;
    if (needs(file, path)) return `${file.path} still needs it`;
  }
  return undefined;
}

/** Whether a Compose file or Dockerfile has a path to the directory or into it. */
function needs({ path, text }: StackFile, directory: string): boolean {
  const name = posix.basename(directory);
  if (!text.includes(name)) return false;
  if (/^(?:.*\.)?Dockerfile/i.test(posix.basename(path))) {
    return new RegExp(`^(?:COPY|ADD)\\b[^\\n]*[ \\t"/]${name}(?:[/ \\t"]|$)`, 'im').test(text);
  }
  const source = isYamlPath(path) ? parseYaml(text) : undefined;
  return (source?.documents ?? []).some(({ node: root, value }) => {
    const isCompose = isFields(value) && ('services' in value || 'include' in value);
    return (
      isCompose &&
      [...walkYaml(root)].some(({ node }) => isScalar(node) && leadsTo(String(node.value), path, directory))
    );
  });
}

/** Whether a value such as `./a/b:/c:ro`, seen from a file, is a path to the directory or into it. */
function leadsTo(value: string, file: string, directory: string): boolean {
  const path = posix.join(posix.dirname(file), value.replace(/:.*$/s, '')).replace(/\/$/, '');
  return value.includes('/') && (path === directory || path.startsWith(`${directory}/`));
}
