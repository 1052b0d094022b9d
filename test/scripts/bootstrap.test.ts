import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { makeClone, runScript, startPackageScript, startScript, touch } from '../support/fake-clone.js';
import { fakeProgram } from '../support/fake-program.js';
import { withTempFolder } from '../support/temp-folder.js';

const install = 'npm ci --include=dev';
const build = 'npm run --silent build';

/** What npm was called with while the bootstrap ran nothing else. */
async function npmCalls(folder: string): Promise<string[]> {
  const { code, stdout } = await runScript(folder, 'bootstrap.mjs');
  expect(code).toBe(0);
  return stdout.split('\n').filter((line) => line.startsWith('npm '));
}

describe('bootstrap.mjs', () => {
  it('installs packages and builds in a clean clone, and neither the next time', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      expect(await npmCalls(folder)).toEqual([install, build]);
      expect(await npmCalls(folder)).toEqual([]);
    });
  });

  it('installs again when package-lock.json is newer, or development packages were left out', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      await npmCalls(folder);
      await touch(join(folder, 'package-lock.json'), 60);
      expect(await npmCalls(folder)).toEqual([install]);
      await touch(join(folder, 'package-lock.json'), -60);
      await rm(join(folder, 'node_modules', 'typescript'), { recursive: true });
      expect(await npmCalls(folder)).toEqual([install]);
    });
  });

  it('builds again when a source is newer, at any depth, or has gone', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      await mkdir(join(folder, 'src', 'deep'));
      await writeFile(join(folder, 'src', 'deep', 'file.ts'), '');
      await writeFile(join(folder, 'src', 'deep', 'other.ts'), '');
      await npmCalls(folder);
      await touch(join(folder, 'src', 'deep', 'file.ts'), 60);
      expect(await npmCalls(folder)).toEqual([build]);
      await rm(join(folder, 'src', 'deep', 'file.ts'));
      await touch(join(folder, 'src', 'deep'), -60);
      expect(await npmCalls(folder)).toEqual([]);
      await touch(join(folder, 'src', 'deep'), 60);
      expect(await npmCalls(folder)).toEqual([build]);
    });
  });

  it('runs the program with its arguments as they are and ends with its exit code', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      const program = await fakeProgram(folder, 'program', 'printf "<%s>" "$@"; exit 7');
      const { code, stdout } = await runScript(folder, 'bootstrap.mjs', program, '--for', '60s', 'two words');
      expect(code).toBe(7);
      expect(stdout).toContain('<--for><60s><two words>');
    });
  });

  it('does not run the program when the packages cannot be installed', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      await fakeProgram(join(folder, 'tools'), 'npm', 'echo "npm error offline"; exit 3');
      const { code, stdout } = await runScript(folder, 'bootstrap.mjs', 'echo', 'running');
      expect(code).toBe(3);
      expect(stdout).toContain('npm error offline');
      expect(stdout).not.toContain('running');
    });
  });

  it('refuses a Node.js that is too old, telling both versions', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder, { node: '>=99.5' });
      const { code, output } = await runScript(folder, 'bootstrap.mjs', 'echo', 'running');
      expect(code).toBe(1);
      expect(output).toBe(`Node.js >=99.5 is required; this is ${process.version} (${process.execPath}).\n`);
    });
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('passes %s on and waits for the program to end', async (signal) => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      await npmCalls(folder);
      const child = startScript(folder, 'bootstrap.mjs', process.execPath, '-e', endingAt(signal));
      expect(await signalled(child, signal)).toEqual({ code: 5, lines: ['up', `${signal} came`] });
    });
  });

  it('lets a signal to the shell of npm run demo arrive at the demo', async () => {
    await withTempFolder(async (folder) => {
      await makeClone(folder);
      await npmCalls(folder);
      await mkdir(join(folder, 'dist', 'cli'));
      await writeFile(join(folder, 'dist', 'cli', 'main.js'), endingAt('SIGTERM'));
      const child = await startPackageScript(folder, 'demo');
      expect(await signalled(child, 'SIGTERM')).toEqual({ code: 5, lines: ['up', 'SIGTERM came'] });
    });
  });
});

/** A program that ends with code 5 when a signal comes. */
const endingAt = (signal: NodeJS.Signals) => `
  process.on('${signal}', () => { console.log('${signal} came'); process.exit(5); });
  setInterval(() => {}, 1000);
  console.log('up');`;

/** Sends the signal once the program is up; resolves to exit code and output. */
async function signalled(child: ReturnType<typeof startScript>, signal: NodeJS.Signals) {
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    if (line === 'up') child.kill(signal);
  });
  const [code] = await once(child, 'close');
  return { code, lines };
}
