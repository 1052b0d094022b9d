import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, runCommand } from '../../src/tools/demo/prometheus/run-command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Tarball {
  readonly path: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** Packs the project as it was built last. */
export async function packTarball(folder: string): Promise<Tarball> {
  const { stdout } = await npm(root, 'pack', '--json', '--pack-destination', folder);
  const packed = JSON.parse(stdout) as unknown;
  // npm has given a list, and an object by package name.
  const [{ filename, files }] = Object.values(packed as object) as [
    { filename: string; files: readonly { path: string }[] },
  ];
  return { path: join(folder, filename), files: files.map(({ path }) => path) };
}

/** Runs npm in a folder; rejects, with what it said, where it fails. */
export async function npm(cwd: string, ...args: readonly string[]): Promise<CommandResult> {
  const result = await runCommand('npm', args, { cwd, env: npmEnvironment() });
  if (result.code !== 0) throw new Error(`npm ${args.join(' ')}: ${result.output}`);
  return result;
}

/** Our environment without what npm adds for its scripts: inside `npm test`, that tells of this project. */
export function npmEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const added = /^(npm_(package|lifecycle)_|npm_(config_local_prefix|config_prefix|command|execpath)$|INIT_CWD$)/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !added.test(name))), ...more };
}
