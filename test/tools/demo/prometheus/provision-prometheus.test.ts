import { access, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { provisionPrometheus } from '../../../../src/tools/demo/prometheus/provision-prometheus.js';
import { fakeProgram } from '../../../support/fake-program.js';
import { withTempFolder } from '../../../support/temp-folder.js';

const version = (number: string) => `echo "prometheus, version ${number} (branch: none)"`;

/** Programs that the fake ones call. */
const tools = ['sh', 'mkdir', 'touch', 'chmod'];

/** A PATH with a folder and links to a few programs: a Prometheus that is installed on this machine is not on it. */
async function pathWith(folder: string): Promise<string> {
  const links = join(folder, 'tools');
  await mkdir(links);
  for (const tool of tools) {
    const path = join('/bin', tool);
    await access(path);
    await symlink(path, join(links, tool));
  }
  return `${folder}:${links}`;
}

describe('provisionPrometheus', () => {
  it('takes the programs in the folder that PROMETHEUS_BIN names before those on PATH', async () => {
    await withTempFolder(async (folder) => {
      const onPath = join(folder, 'path');
      const named = join(folder, 'named');
      for (const [place, number] of Object.entries({ [onPath]: '2.40.0', [named]: '3.1.2' })) {
        await mkdir(place);
        await fakeProgram(place, 'prometheus', version(number));
        await fakeProgram(place, 'promtool', version(number));
      }
      const programs = { prometheus: join(named, 'prometheus'), promtool: join(named, 'promtool'), version: '3.1.2' };
      expect(await provisionPrometheus({ env: { PATH: onPath, PROMETHEUS_BIN: named } })).toEqual(programs);
      const env = { PATH: onPath, PROMETHEUS_BIN: join(named, 'prometheus') };
      expect(await provisionPrometheus({ env })).toEqual(programs);
      expect(await provisionPrometheus({ env: { PATH: onPath } })).toMatchObject({ version: '2.40.0' });
    });
  });

  it('refuses a PROMETHEUS_BIN that holds no prometheus, no promtool, or something that is neither', async () => {
    await withTempFolder(async (folder) => {
      const ask = (path: string) => provisionPrometheus({ env: { PATH: '/nonexistent', PROMETHEUS_BIN: path } });
      const missing = join(folder, 'missing');
      await expect(ask(missing)).rejects.toMatchObject({ code: 'settings_invalid' });
      await expect(ask(missing)).rejects.toThrow(`PROMETHEUS_BIN: expected`);
      await expect(ask(missing)).rejects.toThrow(`got "${missing}", which has no executable file`);
      await expect(ask(folder)).rejects.toThrow(`got "${folder}", which has no executable prometheus`);
      const prometheus = await fakeProgram(folder, 'prometheus', 'echo pong');
      await expect(ask(folder)).rejects.toThrow(`got "${folder}", which has no executable promtool`);
      const promtool = await fakeProgram(folder, 'promtool', 'exit 1');
      await expect(ask(folder)).rejects.toThrow(`expected "${promtool} --version" to print a version, got: nothing`);
      await fakeProgram(folder, 'promtool', version('2.42.0'));
      await expect(ask(folder)).rejects.toThrow(`expected "${prometheus} --version" to print a version, got: pong`);
    });
  });

  it('unpacks the Debian package where PATH has a prometheus without promtool, or none', async () => {
    await withTempFolder(async (folder) => {
      await fakeProgram(folder, 'prometheus', version('2.40.0'));
      await fakeProgram(folder, 'apt-get', 'case "$*" in *download*) touch package.deb ;; esac');
      const program = `#!/bin/sh\\n${version('2.42.0').replaceAll('"', '')}`.replaceAll(/[()]/g, '');
      await fakeProgram(
        folder,
        'dpkg-deb',
        `mkdir -p "$3/usr/bin"; for name in prometheus promtool; do
           printf '${program}\\n' > "$3/usr/bin/$name"; chmod +x "$3/usr/bin/$name"; done`,
      );
      const env = { PATH: await pathWith(folder), XDG_CACHE_HOME: join(folder, 'cache') };
      const found = await provisionPrometheus({ env, platform: 'linux' });
      expect(found.version).toBe('2.42.0');
      expect(found.prometheus).toMatch(/gatewayz-metrics\/[^/]+\/prometheus\/usr\/bin\/prometheus$/);
      expect(found.promtool).toMatch(/gatewayz-metrics\/[^/]+\/prometheus\/usr\/bin\/promtool$/);
    });
  });

  it('lets Homebrew install Prometheus on a Mac, and says so', async () => {
    await withTempFolder(async (folder) => {
      const program = (name: string) =>
        `printf '#!/bin/sh\\necho prometheus, version 3.5.0\\n' > "${folder}/${name}"; chmod +x "${folder}/${name}"`;
      await fakeProgram(
        folder,
        'brew',
        `[ "$*" = "install prometheus" ] && ${program('prometheus')} && ${program('promtool')}`,
      );
      const told: string[] = [];
      const env = { PATH: await pathWith(folder) };
      const found = await provisionPrometheus({ env, platform: 'darwin', onProgress: (line) => told.push(line) });
      expect(found).toEqual({
        prometheus: join(folder, 'prometheus'),
        promtool: join(folder, 'promtool'),
        version: '3.5.0',
      });
      expect(told).toContain('Installing Prometheus: brew install prometheus');
    });
  });

  it('says what to do on a Mac without Homebrew, where Homebrew fails, and on any other system', async () => {
    const advice = /install Prometheus .* or set PROMETHEUS_BIN/;
    await withTempFolder(async (folder) => {
      const env = { PATH: folder };
      await expect(provisionPrometheus({ env, platform: 'darwin' })).rejects.toThrow(advice);
      await expect(provisionPrometheus({ env, platform: 'freebsd' })).rejects.toThrow(advice);
      await fakeProgram(folder, 'brew', 'echo "Error: no bottle available"; exit 1');
      await expect(provisionPrometheus({ env, platform: 'darwin' })).rejects.toThrow(advice);
      await expect(provisionPrometheus({ env, platform: 'darwin' })).rejects.toThrow('no bottle available');
    });
  });

  it('gave this test run programs of a Prometheus that start', async () => {
    expect(await provisionPrometheus()).toEqual(inject('prometheus'));
  });
});
