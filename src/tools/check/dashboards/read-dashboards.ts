import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type Dashboard, readDashboard } from './dashboard-file.js';

export interface DashboardFile {
  /** Below the folder, with `/`. */
  readonly file: string;
  /** Or why it cannot be read. */
  readonly content: Dashboard | { readonly fault: string };
}

/**
 * Every dashboard below a folder, in the order of their paths; JSON that is no dashboard is passed over, and so is what is
 * hidden: a mounted ConfigMap has every file a second time in a folder whose name begins with a dot.
 */
export async function readDashboards(folder: string): Promise<readonly DashboardFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) =>
        !relative(folder, path)
          .split(sep)
          .some((part) => part === 'node_modules' || part.startsWith('.')),
    )
    .sort();
  const files: DashboardFile[] = [];
  for (const path of paths) {
    const file = relative(folder, path).replaceAll(sep, '/');
    const content = await readContent(path);
    if (content !== undefined) files.push({ file, content });
  }
  return files;
}

async function readContent(path: string): Promise<DashboardFile['content'] | undefined> {
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return { fault: error instanceof SyntaxError ? `it is not JSON: ${error.message}` : `it cannot be read: ${error}` };
  }
  return readDashboard(document);
}
