import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { fakeProgram } from './fake-program.js';

const scripts = fileURLToPath(new URL('../../scripts', import.meta.url));
const packageJson = fileURLToPath(new URL('../../package.json', import.meta.url));

/** A project folder with our scripts, and an npm that only tells what it was called with, and does what npm would leave behind. */
export async function makeClone(folder: string, { node = '>=20.19' } = {}): Promise<void> {
  await cp(scripts, join(folder, 'scripts'), { recursive: true });
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'tools'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', engines: { node } }));
  await writeFile(join(folder, 'package-lock.json'), '{}');
  await writeFile(join(folder, 'src', 'index.ts'), '');
  await fakeProgram(
    join(folder, 'tools'),
    'npm',
    `echo "npm $*"
     case "$1" in
       ci) mkdir -p node_modules/typescript node_modules/.bin && echo > node_modules/.package-lock.json ;;
       run) rm -rf dist && mkdir dist && echo > dist/index.js ;;
     esac`,
  );
}

/** Runs one of the scripts in a clone. */
export function runScript(folder: string, script: string, ...args: string[]): Promise<CommandResult> {
  return runCommand(process.execPath, [join(folder, 'scripts', script), ...args], { env: environment(folder) });
}

/** The same, without waiting for its end. */
export function startScript(folder: string, script: string, ...args: string[]) {
  return start(folder, process.execPath, [join(folder, 'scripts', script), ...args]);
}

/** Starts one of the scripts of our package.json, by name, in the way that npm does. */
export async function startPackageScript(folder: string, name: string) {
  const { scripts } = JSON.parse(await readFile(packageJson, 'utf8')) as { scripts: Record<string, string> };
  return start(folder, 'sh', ['-c', scripts[name] ?? '']);
}

// No terminal on any stream: with one, it is the terminal that has to deliver SIGINT.
function start(folder: string, command: string, args: readonly string[]) {
  return spawn(command, args, { cwd: folder, env: environment(folder), stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Makes a file look changed so many seconds from now. */
export async function touch(path: string, seconds: number): Promise<void> {
  const time = Date.now() / 1000 + seconds;
  await utimes(path, time, time);
}

function environment(folder: string): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(folder, 'tools')}:${process.env['PATH']}` };
}
