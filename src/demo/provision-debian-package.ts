import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { GatewayzMetricsError } from '../errors.js';
import { findProgram } from './find-program.js';
import { runCommand } from './run-command.js';

export interface ProvisionOptions {
  /** Told what is going on, line by line, while something is downloaded. Nothing is said when all is there. */
  readonly onProgress?: (line: string) => void;
  /** Default: this process's own environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Whether packages can be had here the Debian way, which holds for Debian, Ubuntu and their relatives. */
export async function hasDebianPackages(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await findProgram('apt-get', env)) !== undefined && (await findProgram('dpkg-deb', env)) !== undefined;
}

/**
 * The folder with the contents of a Debian package (`<folder>/usr/bin/…`), without installing it: neither root is needed,
 * nor does any of the package's scripts run, nor do its dependencies come along. Downloaded with the system's own
 * sources and keys on the first call, into the cache folder (`$XDG_CACHE_HOME`, else `~/.cache`); found there later. A
 * folder appears complete or not at all, so processes may do this at the same time.
 *
 * Rejects with `tool_unavailable` where the system has no `apt-get`, the package cannot be had, or the cache folder
 * cannot be written.
 */
export async function provisionDebianPackage(name: string, options: ProvisionOptions = {}): Promise<string> {
  const { onProgress = () => {}, env = process.env } = options;
  const folder = join(cacheFolder(env), await systemName(), name);
  if (await exists(folder)) return folder;
  if (!(await hasDebianPackages(env))) {
    throw unavailable(`Debian package ${name}: this system has no apt-get and dpkg-deb to fetch it with`);
  }
  const work = await workFolder(dirname(folder), name);
  try {
    onProgress(`fetching the Debian package ${name} into ${folder} (nothing is installed, no root needed)`);
    const deb = await download(name, work, env, onProgress);
    onProgress(`unpacking ${name}`);
    const unpacked = join(work, 'unpacked');
    const { code, output } = await runCommand('dpkg-deb', ['--extract', deb, unpacked], { env });
    if (code !== 0) throw unavailable(`Debian package ${name}: dpkg-deb could not unpack it\n${output.trimEnd()}`);
    await moveIntoPlace(unpacked, folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Tries the package lists that the system has; where they are absent or outdated, fetches lists of our own. */
async function download(
  name: string,
  work: string,
  env: NodeJS.ProcessEnv,
  onLine: (line: string) => void,
): Promise<string> {
  const folders = { deb: join(work, 'deb'), cache: join(work, 'cache'), lists: join(work, 'lists') };
  await mkdir(folders.deb);
  await mkdir(join(folders.cache, 'archives', 'partial'), { recursive: true });
  await mkdir(join(folders.lists, 'partial'), { recursive: true });
  // As root, apt would fetch as the user _apt, who cannot enter a home folder.
  const options = ['-o', `Dir::Cache=${folders.cache}`, '-o', 'APT::Sandbox::User=root'];
  const ownLists = ['-o', `Dir::State::lists=${folders.lists}`, '-o', 'Acquire::Languages=none'];
  const apt = (...args: string[]) =>
    runCommand('apt-get', [...options, ...args], { cwd: folders.deb, env: { ...env, LC_ALL: 'C' }, onLine });

  let told = '';
  for (const lists of [[], ownLists]) {
    // A failing update is no verdict: one broken third-party source fails it, and the others are still of use.
    if (lists.length > 0) told += (await apt(...lists, 'update')).output;
    const { code, output } = await apt(...lists, 'download', name);
    const file = (await readdir(folders.deb)).find((entry) => entry.endsWith('.deb'));
    if (code === 0 && file !== undefined) return join(folders.deb, file);
    told += output;
  }
  throw unavailable(`Debian package ${name} could not be downloaded; apt-get said:\n${told.trimEnd()}`);
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.cache'), 'gatewayz-metrics');
}

/** Release and architecture, as in `debian-12-x64`: after an upgrade, and in a home shared by machines, others fit. */
async function systemName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (key: string) => new RegExp(`^${key}="?([\\w.-]+)`, 'm').exec(text)?.[1];
  return [field('ID') ?? process.platform, field('VERSION_ID') ?? 'rolling', process.arch].join('-');
}

async function workFolder(parent: string, name: string): Promise<string> {
  try {
    await mkdir(parent, { recursive: true });
    return await mkdtemp(join(parent, `.${name}-`));
  } catch (cause) {
    throw unavailable(`cannot write to the cache folder ${parent}: set XDG_CACHE_HOME to a folder that can be`, cause);
  }
}

async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    // Somebody else was faster, with the same contents.
    if (!(await exists(to))) throw cause;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function unavailable(message: string, cause?: unknown): GatewayzMetricsError {
  return new GatewayzMetricsError('tool_unavailable', message, cause === undefined ? {} : { cause });
}
