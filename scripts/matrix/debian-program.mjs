import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder.mjs';

const exec = promisify(execFile);
const suites = ['bookworm', 'trixie', 'forky', 'sid'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
let apt;

/**
 * Path of a program of a Debian package in a chosen version, from whichever suite has it; downloaded and unpacked once, not installed.
 *
 * @param {string} name of the package
 * @param {string} version its beginning, such as `2.53`
 * @param {string} path of the program inside the package
 */
export async function debianProgram(name, version, path) {
  const target = join(cacheFolder(), 'debian', `${name}-${version}-${process.arch}`);
  if (!existsSync(target)) {
    apt ??= await openSuites();
    const available = await madison(name);
    const chosen = available.find((one) => one === version || one.startsWith(`${version}.`));
    if (chosen === undefined)
      throw new Error(`no Debian suite has ${name} ${version}; available: ${available.join(', ')}`);
    console.log(`Downloading the Debian package ${name} ${chosen} (not installed, no root needed)`);
    const work = mkdtempSync(join(apt.folder, 'download-'));
    // Newer suites package promtool separately.
    const more = name === 'prometheus' ? await madison('promtool') : [];
    const packages = [`${name}=${chosen}`, ...(more.includes(chosen) ? [`promtool=${chosen}`] : [])];
    await exec('apt-get', [...apt.options, 'download', ...packages], { cwd: work });
    for (const deb of readdirSync(work))
      await exec('dpkg-deb', ['--extract', join(work, deb), join(apt.folder, 'unpacked')]);
    renameSync(join(apt.folder, 'unpacked'), target);
  }
  return join(target, path);
}

/** Versions of a package in all suites, newest first. */
async function madison(name) {
  const { stdout } = await exec('apt-cache', [...apt.options, 'madison', name]);
  return [...new Set(stdout.split('\n').flatMap((line) => line.split('|')[1]?.trim() || []))];
}

/** Package lists of all suites, from the mirror that the system uses, in a folder of our own. */
async function openSuites() {
  const { stdout } = await exec('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
    'Origin: Debian',
  ]);
  const mirror = stdout.split('\n').find((line) => /\/debian\/?$/.test(line));
  if (!mirror) throw new Error('no Debian mirror is configured, or its package lists are missing: run apt-get update');
  mkdirSync(join(cacheFolder(), 'debian'), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'debian', '.apt-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const sources = join(folder, 'sources.list');
  writeFileSync(sources, suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`).join(''));
  for (const part of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, part), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '-',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  console.log('Reading the package lists of Debian suites');
  await exec('apt-get', [...options, 'update'], { maxBuffer: 64 * 2 ** 20 });
  return { folder, options };
}
