import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Dashboard } from './dashboard-file.js';
import { dashboardsIn, resourceGroup } from './read-dashboard.js';

export interface DashboardFile {
  /** Below the folder, with `/`; the name of a file that was given itself. */
  readonly file: string;
  /** Or why it cannot be read. */
  readonly content: Dashboard | { readonly problem: string };
}

/**
 * Every dashboard in a file, or below a folder in the order of the paths. In a folder, JSON and YAML of something else are left
 * out, and so are hidden folders: a mounted ConfigMap has every file twice. A file that was given itself must hold a dashboard.
 */
export async function readDashboards(path: string): Promise<readonly DashboardFile[]> {
  if (!(await stat(path)).isDirectory()) {
    const contents = await readContents(path);
    const found = contents.length > 0 ? contents : [{ problem: 'no dashboard that Grafana could load' }];
    return found.map((content) => ({ file: basename(path), content }));
  }
  const files: DashboardFile[] = [];
  for (const file of await dashboardPaths(path)) {
    const contents = await readContents(join(path, file));
    files.push(...contents.map((content) => ({ file: file.replaceAll(sep, '/'), content })));
  }
  return files;
}

async function dashboardPaths(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && /\.(?:json|ya?ml)$/i.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !path.split(sep).some((part) => part === 'node_modules' || part.startsWith('.')))
    .sort();
}

async function readContents(path: string): Promise<readonly DashboardFile['content'][]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return [{ problem: `cannot be read: ${error instanceof Error ? error.message : error}` }];
  }
  const text = decode(bytes);
  if (/\.ya?ml$/i.test(path)) return fromYaml(text);
  try {
    return dashboardsIn(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return [{ problem: `not valid JSON: ${error.message}` }];
    throw error;
  }
}

/** Without the byte order mark that some editors write. */
function decode(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
}

/** Dashboards are in YAML as resources only; templates of other resources need not even parse. */
function fromYaml(text: string): readonly DashboardFile['content'][] {
  if (!text.includes(resourceGroup)) return [];
  const documents = parseAllDocuments(text);
  return [...documents].flatMap((document): readonly DashboardFile['content'][] =>
    document.errors[0]
      ? [{ problem: `not valid YAML: ${document.errors[0].message}` }]
      : dashboardsIn(document.toJS() as unknown),
  );
}
