import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../src/tools/demo/prometheus/find-program.js';
import {
  hasDebianPackages,
  type ProvisionOptions,
  provisionDebianPackage,
} from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { debianDependencies } from './debian-dependencies.js';

/** A Chromium, and what it needs beside the environment of this process. */
export interface Chromium {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

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
    const program = await findProgram(name, env);
    if (program !== undefined) return { program, env: {} };
  }
  const advice = 'Install Chromium (Debian: apt-get install chromium), or set CHROMIUM_BIN to the path of one.';
  if (!(await hasDebianPackages(env))) throw new Error(`No Chromium found. ${advice}`);
  try {
    return await unpackChromium(options);
  } catch (cause) {
    throw new Error(`No Chromium found, and Debian's cannot be unpacked. ${advice}`, { cause });
  }
}

export async function unpackChromium(options: ProvisionOptions = {}): Promise<Chromium> {
  const packages = (await debianDependencies(['chromium', 'fonts-dejavu-core'])).filter((name) => !unneeded.test(name));
  const folders: string[] = [];
  // One after the other: each download reads the lists of all packages.
  for (const name of packages) folders.push(...(await unpackedPackage(name, options)));
  const home = await folderWith(folders, 'usr/lib/chromium/chromium');
  const fonts = await folderWith(folders, 'etc/fonts/fonts.conf');
  const chromium = {
    program: join(home, 'usr/lib/chromium/chromium'),
    env: {
      LD_LIBRARY_PATH: (await Promise.all(folders.map(sharedLibraries))).flat().join(':'),
      FONTCONFIG_FILE: join(fonts, 'etc/fonts/fonts.conf'),
    },
  };
  const { code, output } = await runCommand(chromium.program, ['--version'], {
    env: { ...process.env, ...chromium.env },
  });
  if (code !== 0) throw new Error(`${chromium.program} does not start: ${output.trim()}`);
  return chromium;
}

/** Virtual packages have no file of their own; what is missing in the end, the start tells. */
async function unpackedPackage(name: string, options: ProvisionOptions): Promise<string[]> {
  try {
    return [await provisionDebianPackage(name, options)];
  } catch {
    return [];
  }
}

async function folderWith(folders: readonly string[], path: string): Promise<string> {
  for (const folder of folders) {
    const parent = join(folder, path, '..');
    const entries = await readdir(parent).catch((): string[] => []);
    if (entries.includes(path.slice(path.lastIndexOf('/') + 1))) return folder;
  }
  throw new Error(`no package has ${path}`);
}

async function sharedLibraries(folder: string): Promise<string[]> {
  const found = await Promise.all(
    ['lib', 'usr/lib'].map(async (path) => {
      const entries = await readdir(join(folder, path)).catch((): string[] => []);
      return entries.filter((name) => name.endsWith('-linux-gnu')).map((name) => join(folder, path, name));
    }),
  );
  return found.flat();
}
