import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm, packTarball } from '../support/npm.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Our examples that npm can install. */
export const nodeExamples = ['express', 'fastify', 'hono'] as const;

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Packs the project, and installs the package with all that needs it at once: an empty project, one for TypeScript, samples,
 * and the examples as they are, but for where the package comes from. From the registry, or npm's cache.
 */
export async function installWorkspace(folder: string): Promise<void> {
  const { path } = await packTarball(folder);
  const ours = { 'gatewayz-metrics': `file:../${basename(path)}` };
  const versions = await versionsOfExamples();
  const types = { '@types/express': '^5.0.6', '@types/node': '^20.19.43' };
  const projects: Record<string, Record<string, string>> = {
    empty: ours,
    typescript: { ...ours, ...versions, ...types },
    samples: { ...ours, ...versions, fastify4: 'npm:fastify@^4.29.1' },
  };
  for (const [name, dependencies] of Object.entries(projects)) {
    await mkdir(join(folder, name));
    await writeManifest(join(folder, name), { name, private: true, type: 'module', dependencies });
  }
  for (const name of nodeExamples) {
    await cp(join(root, 'examples', name), join(folder, name), {
      recursive: true,
      filter: (source) => !source.includes('node_modules'),
    });
    const manifest = await manifestOf(name);
    await writeManifest(join(folder, name), { ...manifest, dependencies: { ...manifest.dependencies, ...ours } });
  }
  await writeManifest(folder, { private: true, workspaces: [...Object.keys(projects), ...nodeExamples] });
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', '--no-package-lock');
}

/** The manifest of an example, as it is in the repository. */
export async function manifestOf(
  example: (typeof nodeExamples)[number],
): Promise<Manifest & { readonly scripts: Readonly<Record<string, string>> }> {
  return JSON.parse(await readFile(join(root, 'examples', example, 'package.json'), 'utf8'));
}

async function versionsOfExamples(): Promise<Record<string, string>> {
  const manifests = await Promise.all(nodeExamples.map(manifestOf));
  return Object.assign({}, ...manifests.map(({ dependencies: { 'gatewayz-metrics': _ours, ...others } }) => others));
}

function writeManifest(folder: string, manifest: object): Promise<void> {
  return writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
}
