import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { findProgram, isExecutable } from '../../src/tools/demo/prometheus/find-program.js';
import { hasDebianPackages, type ProvisionOptions } from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { debianDependencies } from './debian-dependencies.js';

/** A Chromium, and what it needs beside the environment of this process. */
export interface Chromium {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

const program = 'usr/lib/chromium/chromium';
const names = ['chromium', 'chromium-browser', 'google-chrome'];
/** Packages of files that a browser without a window does without, and the C library, of which there must be only one. */
const unneeded =
  /^(?:libc6|libc-bin|libgcc-s1|gcc-\d.*-base|perl.*|libperl.*|adduser|passwd|debconf|init-system.*|systemd.*|dbus.*|.*-icon-theme|.*-mime-data)$/;

/**
 * The browser of `CHROMIUM_BIN`, else of PATH; on Debian without one, that of its packages, unpacked and not installed.
 * Rejects with what to install where there is none.
 */
export async function findChromium(options: ProvisionOptions = {}): Promise<Chromium> {
  const { env = process.env } = options;
  const given = env['CHROMIUM_BIN'];
  if (given !== undefined && given !== '') return { program: given, env: {} };
  for (const name of names) {
    const found = await findProgram(name, env);
    if (found !== undefined) return { program: found, env: {} };
  }
  const advice = 'Install Chromium (Debian: apt-get install chromium), or set CHROMIUM_BIN to the path of one.';
  if (!(await hasDebianPackages(env))) throw new Error(`No Chromium found. ${advice}`);
  try {
    return await unpackChromium(options);
  } catch (cause) {
    throw new Error(`No Chromium found, and Debian's cannot be unpacked. ${advice}`, { cause });
  }
}

/** Unpacks Debian's Chromium, with all packages that it needs and that are not installed, into one cached folder. */
async function unpackChromium({ onProgress = () => {}, env = process.env }: ProvisionOptions): Promise<Chromium> {
  const root = join(cacheFolder(env), `chromium-${process.arch}`);
  if (!(await isExecutable(join(root, program)))) {
    const installed = new Set(await installedPackages());
    const needed = await debianDependencies(['chromium', 'fonts-dejavu-core', 'fontconfig-config']);
    const names = needed.filter((name) => !installed.has(name) && !unneeded.test(name));
    onProgress(
      `Downloading Chromium and ${names.length - 1} packages it needs to ${root} (not installed, no root needed)`,
    );
    await unpackPackages(names, root);
  }
  const chromium = {
    program: join(root, program),
    env: {
      LD_LIBRARY_PATH: (await sharedLibraries(root)).join(':'),
      FONTCONFIG_FILE: join(root, 'etc/fonts/fonts.conf'),
    },
  };
  const started = await runCommand(chromium.program, ['--version'], { env: { ...process.env, ...chromium.env } });
  if (started.code !== 0) throw new Error(`${chromium.program} does not start: ${started.output.trim()}`);
  return chromium;
}

/** All in one call: each reads the lists of all packages. The folder is complete, or not there. */
export async function unpackPackages(names: readonly string[], folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(join(folder, '..', '.chromium-'));
  try {
    for (const path of ['deb', 'cache/archives/partial', 'root']) await mkdir(join(work, path), { recursive: true });
    const options = ['-o', `Dir::Cache=${join(work, 'cache')}`, '-o', 'APT::Sandbox::User=root', '-qq'];
    const { code, output } = await runCommand('apt-get', [...options, 'download', ...names], {
      cwd: join(work, 'deb'),
    });
    if (code !== 0) throw new Error(`apt-get download: ${output.trim()}`);
    for (const deb of await readdir(join(work, 'deb'))) {
      const unpacked = await runCommand('dpkg-deb', ['--extract', join(work, 'deb', deb), join(work, 'root')]);
      if (unpacked.code !== 0) throw new Error(`dpkg-deb: ${unpacked.output.trim()}`);
    }
    await rename(join(work, 'root'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function installedPackages(): Promise<readonly string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const { stdout } = await runCommand('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n']);
  return stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? line.split(' ', 1) : []));
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const xdg = env['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(xdg) ? xdg : join(env['HOME'] ?? homedir(), '.cache'), 'gatewayz-metrics');
}

async function sharedLibraries(root: string): Promise<string[]> {
  const found = await Promise.all(
    ['lib', 'usr/lib'].map(async (path) => {
      const entries = await readdir(join(root, path)).catch((): string[] => []);
      return entries.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(root, path, name));
    }),
  );
  return found.flat();
}
