import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';
import { packTarball, type Tarball } from '../support/npm.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
}
const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Manifest;

describe('the package', () => {
  let folder: string;
  let tarball: Tarball;
  beforeAll(async () => {
    folder = await tempFolder();
    tarball = await packTarball(folder);
  });
  afterAll(() => removeFolder(folder));

  test('holds the built code, with types, and four documents, and nothing else', () => {
    const others = tarball.files.filter((file) => !/^dist\/[\w/-]+(\.d\.ts|\.js)$/.test(file));
    expect(others.map((file) => file.replace(/-[\w-]{8}\.css$/, '-HASH.css')).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/console/assets/index-HASH.css',
      'dist/console/index.html',
      'dist/console/licenses.txt',
      'package.json',
    ]);
    expect(tarball.files.filter((file) => /\btest\b|fixture/i.test(file))).toEqual([]);
  });

  test('holds every file that its exports and programs name, and the worker', () => {
    const exported = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : [entry.types, entry.default],
    );
    const named = [...exported, ...Object.values(manifest.bin), './dist/engine/gatewayz-metrics-worker.js'];
    expect(named.filter((file) => !tarball.files.includes(file.slice(2)))).toEqual([]);
  });

  test('exports the four subpaths beside itself', () => {
    expect(Object.keys(manifest.exports)).toEqual([
      '.',
      './express',
      './node',
      './fetch',
      './instrument',
      './package.json',
    ]);
  });

  test('holds the licences of what is bundled into the console', async () => {
    const notices = await readFile(`${root}/dist/console/licenses.txt`, 'utf8');
    for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'uplot']) {
      expect(notices).toMatch(new RegExp(`^${name}\n\n(?:The )?MIT License`, 'm'));
    }
  });

  test('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare'];
    expect(hooks.filter((hook) => hook in manifest.scripts)).toEqual([]);
  });

  test('names no key and no path of the machine it was built on', async () => {
    const built = await Promise.all(
      tarball.files.map(async (file) => ({ file, text: await readFile(`${root}/${file}`, 'utf8') })),
    );
    const suspicious = new RegExp(`-----BEGIN [A-Z]|/home/|/Users/|/root/|${root.replace(/\/$/, '')}`);
    expect(built.filter(({ text }) => suspicious.test(text)).map(({ file }) => file)).toEqual([]);
  });

  test('is as publint wants it', async () => {
    const bytes = await readFile(tarball.path);
    const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([]);
  });

  test('gives types to every subpath, as @arethetypeswrong/cli wants it for ES modules', async () => {
    const attw = fileURLToPath(new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url));
    const args = [attw, tarball.path, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'];
    const { code, output } = await runCommand(process.execPath, args);
    expect(code, output).toBe(0);
    for (const path of ['express', 'node', 'fetch', 'instrument'])
      expect(output).toContain(`"gatewayz-metrics/${path}"`);
  });
});

test('package-lock.json names every package that npm ci looks for, those of other systems too', () => {
  const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as {
    packages: Readonly<Record<string, { readonly optionalDependencies?: object; readonly dependencies?: object }>>;
  };
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !placesOf(path, name).some((place) => place in packages))
      .map((name) => `${path || 'package.json'} needs ${name}`),
  );
  expect(missing).toEqual([]);
});

/** Where Node looks for a package, from the folder of another. */
function placesOf(path: string, name: string): string[] {
  const parts = path === '' ? [] : path.split(/(?<=.)\/(?=node_modules\/)/);
  return [...parts.keys(), parts.length].map((depth) => [...parts.slice(0, depth), `node_modules/${name}`].join('/'));
}
