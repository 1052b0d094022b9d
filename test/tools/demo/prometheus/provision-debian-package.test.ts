import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  hasDebianPackages,
  provisionDebianPackage,
} from '../../../../src/tools/demo/prometheus/provision-debian-package.js';
import { runCommand } from '../../../../src/tools/demo/prometheus/run-command.js';
import { fakeProgram } from '../../../support/fake-program.js';
import { withTempFolder } from '../../../support/temp-folder.js';

/** An apt-get that has the package, but only where the package lists were fetched just now. */
const aptGet = `
for word in "$@"; do case "$word" in
  Dir::State::lists=*) lists=\${word#*=} ;;
  update) echo "Get:1 lists"; touch "$lists/fetched"; exit 100 ;;
  download)
    [ -f "$lists/fetched" ] || { echo "E: 404  Not Found"; exit 100; }
    echo contents > package_1.0_all.deb ;;
esac; done`;
const dpkgDeb = 'mkdir -p "$3/usr/bin" && cat "$2" > "$3/usr/bin/program"';

const isDebian = await hasDebianPackages();

describe('provisionDebianPackage', () => {
  it('fetches lists of its own where those of the system are of no use, and ignores that a part of them failed', async () => {
    await withTempFolder(async (folder) => {
      await fakeProgram(folder, 'apt-get', aptGet);
      await fakeProgram(folder, 'dpkg-deb', dpkgDeb);
      const told: string[] = [];
      const env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') };
      const path = await provisionDebianPackage('package', { env, onProgress: (line) => told.push(line) });
      expect(path.startsWith(join(folder, 'cache', 'gatewayz-metrics'))).toBe(true);
      expect(await readdir(join(path, 'usr', 'bin'))).toEqual(['program']);
      expect(told).toEqual(
        expect.arrayContaining([
          expect.stringContaining('Downloading the Debian package package'),
          'E: 404  Not Found',
          'Get:1 lists',
        ]),
      );
    });
  });

  it('asks nobody and says nothing once the package is in the cache folder', async () => {
    await withTempFolder(async (folder) => {
      await fakeProgram(folder, 'apt-get', aptGet);
      await fakeProgram(folder, 'dpkg-deb', dpkgDeb);
      const env = { PATH: `${folder}:/usr/bin:/bin`, HOME: folder };
      const first = await provisionDebianPackage('package', { env });
      const told: string[] = [];
      const options = { env: { HOME: folder, PATH: '' }, onProgress: (line: string) => told.push(line) };
      expect(await provisionDebianPackage('package', options)).toBe(first);
      expect(first.startsWith(join(folder, '.cache', 'gatewayz-metrics'))).toBe(true);
      expect(told).toEqual([]);
    });
  });

  it('gives every one of several callers at once the whole package, and leaves nothing else behind', async () => {
    await withTempFolder(async (folder) => {
      await fakeProgram(folder, 'apt-get', aptGet);
      await fakeProgram(folder, 'dpkg-deb', dpkgDeb);
      const env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') };
      const paths = await Promise.all(Array.from({ length: 5 }, () => provisionDebianPackage('package', { env })));
      expect(new Set(paths).size).toBe(1);
      expect(await readdir(join(paths[0] ?? '', '..'))).toEqual(['package']);
      expect(await readdir(join(paths[0] ?? '', 'usr', 'bin'))).toEqual(['program']);
    });
  });

  it('passes on what apt-get said when the package cannot be had, and leaves nothing behind', async () => {
    await withTempFolder(async (folder) => {
      await fakeProgram(folder, 'apt-get', 'echo "E: Unable to locate package nonsense" >&2; exit 100');
      await fakeProgram(folder, 'dpkg-deb', dpkgDeb);
      const env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') };
      await expect(provisionDebianPackage('nonsense', { env })).rejects.toMatchObject({
        code: 'tool_unavailable',
        message: expect.stringContaining('nonsense could not be downloaded; output of apt-get:\nE: Unable to locate'),
      });
      const [system = ''] = await readdir(join(folder, 'cache', 'gatewayz-metrics'));
      expect(await readdir(join(folder, 'cache', 'gatewayz-metrics', system))).toEqual([]);
    });
  });

  it('says which setting helps when the cache folder cannot be written', async () => {
    await withTempFolder(async (folder) => {
      const file = await fakeProgram(folder, 'apt-get', aptGet);
      await fakeProgram(folder, 'dpkg-deb', dpkgDeb);
      const env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: file };
      await expect(provisionDebianPackage('package', { env })).rejects.toThrow('Set XDG_CACHE_HOME');
    });
  });

  it.runIf(isDebian)('downloads a real package into an empty cache folder', async () => {
    await withTempFolder(async (folder) => {
      const env = { ...process.env, XDG_CACHE_HOME: folder };
      const path = await provisionDebianPackage('prometheus', { env });
      const { code, output } = await runCommand(join(path, 'usr', 'bin', 'prometheus'), ['--version']);
      expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('prometheus, version') });
    });
  });
});
