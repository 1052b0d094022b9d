import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/tools/demo/prometheus/run-command.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface LockedPackage extends Manifest {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const manifest = JSON.parse(read('package.json')) as Manifest;
const { '': own, ...locked } = (
  JSON.parse(read('package-lock.json')) as { readonly packages: Readonly<Record<string, LockedPackage>> }
).packages;
const all = Object.entries(locked);
const runtime = all.filter(([, { dev }]) => dev !== true);
const nameOf = (path: string): string => path.split('node_modules/').at(-1)!;

/** All that comes with an installation, direct or not. More need a reason as good as those of the direct ones. */
const ceiling = 70;
/** Licences that let anybody use, change and pass on. */
const free = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'];

describe('package-lock.json', () => {
  test('is of the dependencies that package.json names', () => {
    expect(own).toMatchObject({ dependencies: manifest.dependencies, devDependencies: manifest.devDependencies });
  });

  test('pins every package by version and hash', () => {
    const loose = all.filter(
      ([, { version, integrity }]) => version === undefined || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
    );
    expect(loose.map(([path]) => path)).toEqual([]);
  });

  test('names no address to download from: that is for the registry of whoever installs to say', () => {
    expect(all.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(read('package-lock.json')).not.toMatch(/https?:\/\/(?:registry|[^"]*\.tgz)/);
  });
});

describe('what is installed', () => {
  test('runs nothing at its installation, for users and developers alike', () => {
    expect(all.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)).toEqual([]);
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
  });

  test(`is at most ${ceiling} packages for users`, () => {
    expect(runtime.length).toBeGreaterThan(Object.keys(manifest.dependencies).length);
    expect(runtime.length).toBeLessThanOrEqual(ceiling);
  });

  test('is free to use for everybody', () => {
    expect(runtime.filter(([, { license = 'none' }]) => !free.includes(license)).map(([path]) => path)).toEqual([]);
  });

  test('is listed by npm sbom, in both of its formats', { timeout: 300_000 }, async () => {
    // Without --omit dev: that leaves out what other packages need for their development too.
    const sbom = async (format: string): Promise<unknown> => {
      const { code, output } = await runCommand('npm', ['sbom', '--package-lock-only', '--sbom-format', format], {
        cwd: root,
      });
      expect(code, output).toBe(0);
      return JSON.parse(output);
    };
    const expected = runtime.map(([path, { version }]) => `${nameOf(path)}@${version}`);
    const { components } = (await sbom('cyclonedx')) as { components: { name: string; version: string }[] };
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    expect(expected.filter((one) => !listed.has(one))).toEqual([]);
    const { packages } = (await sbom('spdx')) as { packages: { name: string; versionInfo: string }[] };
    const told = new Set(packages.map(({ name, versionInfo }) => `${name}@${versionInfo}`));
    expect(expected.filter((one) => !told.has(one))).toEqual([]);
  });
});

describe('SECURITY.md', () => {
  const text = read('SECURITY.md');

  test('says how to report, what is supported, what is defended and what is not', () => {
    for (const heading of ['## Reporting', '## What this defends, and against whom', '## Supply chain']) {
      expect(text).toContain(heading);
    }
    expect(text).toMatch(/Report a vulnerability in private[\s\S]*working days/);
    expect(text).toMatch(/^Supported: /m);
    expect(text).toContain('It does not defend against');
  });

  test('names the commands that tell what is in it', () => {
    for (const command of ['npm audit', 'npm sbom']) expect(text).toContain(command);
  });
});
