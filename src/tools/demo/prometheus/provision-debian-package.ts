import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { GatewayzMetricsError } from '../../../errors.js';
import { findProgram } from './find-program.js';
import { runCommand } from './run-command.js';

export interface ProvisionOptions {
  /** Called with progress lines during a download; not called if nothing has to be downloaded. */
  readonly onProgress?: (line: string) => void;
  /** Default: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Whether this system has apt-get and dpkg-deb, as Debian, Ubuntu and derivatives do. */
export async function hasDebianPackages(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  return (await findProgram('apt-get', env)) !== undefined && (await findProgram('dpkg-deb', env)) !== undefined;
}

/**
 * Downloads and unpacks a Debian package into the cache folder (`$XDG_CACHE_HOME`, else `~/.cache`) and resolves to the folder
 * with its contents (`<folder>/usr/bin/…`). Nothing is installed: no root, no package scripts, no dependencies. The download
 * uses the system's package sources and keys; later calls find the folder. The folder is moved into place when complete, so
 * concurrent processes are safe.
 *
 * @throws {GatewayzMetricsError} tool_unavailable if there is no apt-get, the download fails, or the cache is not writable
 */
export async function provisionDebianPackage(name: string, options: ProvisionOptions = {}): Promise<string> {
  const { onProgress = () => {}, env = process.env } = options;
  const folder = join(cacheFolder(env), await systemName(), name);
  if (await exists(folder)) return folder;
  if (!(await hasDebianPackages(env))) {
    throw unavailable(
      `Debian package ${name}: cannot be downloaded, because this system has no apt-get or no dpkg-deb`,
    );
  }
  const work = await workFolder(dirname(folder), name);
  try {
    onProgress(`Downloading the Debian package ${name} to ${folder} (not installed, no root needed)`);
    const deb = await download(name, work, env, onProgress);
    onProgress(`Unpacking ${name}`);
    const unpacked = join(work, 'unpacked');
    const { code, output } = await runCommand('dpkg-deb', ['--extract', deb, unpacked], { env });
    if (code !== 0) throw unavailable(`Debian package ${name}: dpkg-deb failed to unpack it\n${output.trimEnd()}`);
    await moveIntoPlace(unpacked, folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Uses the system's package lists; if those are absent or outdated, downloads separate lists. */
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
  // As root, apt would download as the user _apt, who cannot read a home folder.
  const options = ['-o', `Dir::Cache=${folders.cache}`, '-o', 'APT::Sandbox::User=root'];
  const ownLists = ['-o', `Dir::State::lists=${folders.lists}`, '-o', 'Acquire::Languages=none'];
  const apt = (...args: string[]) =>
    runCommand('apt-get', [...options, ...args], { cwd: folders.deb, env: { ...env, LC_ALL: 'C' }, onLine });

  let log = '';
  for (const lists of [[], ownLists]) {
    // One broken third-party source fails the update, but the other lists are usable.
    if (lists.length > 0) log += (await apt(...lists, 'update')).output;
    const { code, output } = await apt(...lists, 'download', name);
    const file = (await readdir(folders.deb)).find((entry) => entry.endsWith('.deb'));
    if (code === 0 && file !== undefined) return join(folders.deb, file);
    log += output;
  }
  throw unavailable(`Debian package ${name} could not be downloaded; output of apt-get:\n${log.trimEnd()}`);
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.cache'), 'gatewayz-metrics');
}

/** Release and architecture, such as `debian-12-x64`, because binaries depend on both. */
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
    throw unavailable(`cannot write to the cache folder ${parent}. Set XDG_CACHE_HOME to a writable folder.`, cause);
  }
}

async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    // Another process finished first, with the same contents.
    if (!(await exists(to))) throw cause;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

function unavailable(message: string, cause?: unknown): GatewayzMetricsError {
  return new GatewayzMetricsError('tool_unavailable', message, cause === undefined ? {} : { cause });
}
