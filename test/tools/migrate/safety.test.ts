import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyRewrite } from '../../../src/tools/migrate/apply/apply-phase.js';
import { planStack } from '../../../src/tools/migrate/rewrite/plan-stack.js';
import { readStack } from '../../../src/tools/migrate/stack/read-stack.js';
import { StackFolder } from '../../../src/tools/migrate/stack/stack-folder.js';
import { runCli } from '../../support/run-cli.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { runMigrate } from './run-migrate.js';
import { bytesOfFixture, bytesOfTree, readFixture, readTree, writeStack } from './stack-fixture.js';

let parent: string;
let root: string;
let before: Readonly<Record<string, string>>;

beforeEach(async () => {
  parent = await tempFolder();
  root = join(parent, 'stack');
  await mkdir(root);
  await writeStack(root, await readFixture('classic', 'before'));
  before = await readTree(root);
});

afterEach(() => removeFolder(parent));

const run = (command: string, ...args: readonly string[]) => runMigrate(command, '--root', root, ...args);
const target = ['--target', 'backend:8000'] as const;
const parallel = () => run('apply', '--phase', 'parallel', ...target);
const remove = (...args: readonly string[]) => run('apply', '--phase', 'remove', ...target, '--force', ...args);
const state = (...names: readonly string[]) => join(root, '.gatewayz-metrics', ...names);
const at = (path: string) => join(root, path);

async function edit(path: string): Promise<void> {
  await writeFile(at(path), `${await readFile(at(path), 'utf8')}\n# edited\n`);
}

describe('what apply writes', () => {
  it('keeps mode and owner of a file, and leaves no other file behind', async () => {
    await chmod(at('docker-compose.yml'), 0o604);
    const modes = async () =>
      Promise.all(['docker-compose.yml', 'prometheus/prom.yml'].map(async (path) => stat(at(path))));
    const [compose, prom] = await modes();
    await remove();
    const after = await modes();
    expect(after.map(({ mode, uid, gid }) => [mode, uid, gid])).toEqual(
      [compose, prom].map((file) => [file!.mode, file!.uid, file!.gid]),
    );
    expect(Object.keys(await readTree(root)).filter((path) => !(path in before))).toEqual([]);
  });

  it('keeps state and backups in a folder that only its owner can enter and git ignores', async () => {
    await remove();
    expect((await stat(state())).mode & 0o777).toBe(0o700);
    expect(await readFile(state('.gitignore'), 'utf8')).toBe('*\n');
    for (const name of await readdir(state('blobs')))
      expect((await stat(state('blobs', name))).mode & 0o777).toBe(0o600);
  });

  it('does nothing in a second run, of either phase, also after the other', async () => {
    await parallel();
    const once = await readTree(root);
    expect(await parallel()).toMatchObject({ code: 0, stdout: '' });
    expect(await readTree(root)).toEqual(once);
    await remove();
    const removed = await readTree(root);
    expect(await remove()).toMatchObject({ code: 0, stdout: '' });
    expect(await parallel()).toMatchObject({ code: 0, stdout: '' });
    expect(await readTree(root)).toEqual(removed);
  });

  it('is nothing where there is no job of the exporter to stand beside', async () => {
    await rm(at('prometheus/prom.yml'));
    const result = await parallel();
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('no scrape job of the exporter was found');
  });
});

describe('a file that is edited while apply looks at it', () => {
  it('is refused before anything is changed or noted', async () => {
    const stack = await readStack(root);
    const rewrite = planStack(stack, { target: 'b:1', metricsPath: '/m' }).changes.remove;
    await edit('docker-compose.yml');
    const edited = await readTree(root);
    const applied = applyRewrite(new StackFolder(root), 'remove', rewrite, new Date());
    await expect(applied).rejects.toThrow(
      'edited since the phase remove started: docker-compose.yml; nothing was changed',
    );
    expect(await readTree(root)).toEqual(edited);
    expect((await run('rollback')).stderr).toBe('nothing to roll back\n');
  });

  it('after an interruption is refused by the next apply, which says how to go on', async () => {
    await remove();
    const steps = JSON.parse(await readFile(state('steps.json'), 'utf8')) as { steps: { status: string }[] };
    steps.steps[0]!.status = 'started';
    await writeFile(state('steps.json'), JSON.stringify(steps));
    await edit('docker-compose.yml');
    const dry = await run('apply', '--phase', 'remove', ...target, '--dry-run');
    expect(dry.stderr).toContain('was interrupted: apply finishes it, rollback reverts it');
    const refused = await remove();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('revert the phase with migrate rollback --force');
    expect(await run('rollback', '--force')).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(before);
  });
});

describe('a dry run', () => {
  it('prints a unified diff, writes nothing and shows no credential', async () => {
    const { code, stdout, stderr } = await run('apply', '--phase', 'remove', ...target, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('--- a/docker-compose.yml\n+++ b/docker-compose.yml\n@@ -21,23 +21,6 @@\n');
    expect(stdout).toContain('-  # Turns the JSON of the Health Service into gauges\n-  health-service-exporter:\n');
    expect(stdout).toContain('\n-FROM python:3.11-slim\n');
    expect(stdout).toContain('\n       - GF_SECURITY_ADMIN_PASSWORD=***\n');
    expect(stdout).toContain('\n-      HEALTH_SERVICE_TOKEN: ***\n');
    expect(stdout + stderr).not.toContain('canary');
    expect(stderr).toContain('the removal needs a passing migrate verify, but migrate verify was never run here');
    expect(await readTree(root)).toEqual(before);
    expect(await readdir(root)).not.toContain('.gatewayz-metrics');
  });

  it('shows the very diff that the real run shows before it writes', async () => {
    const hunks = (text: string): string[] => text.split('\n').filter((line) => /^(?:---|\+\+\+|@@|[-+ ])/.test(line));
    const dry = await run('apply', '--phase', 'parallel', ...target, '--dry-run');
    const real = await run('apply', '--phase', 'parallel', ...target);
    expect(hunks(dry.stdout).length).toBeGreaterThan(5);
    expect(hunks(real.stdout)).toEqual(hunks(dry.stdout));
  });

  it('of a rollback shows what comes back, and writes nothing', async () => {
    await remove();
    const removed = await readTree(root);
    const { stdout } = await run('rollback', '--dry-run');
    expect(stdout).toContain('+  health-service-exporter:\n');
    expect(stdout).toContain(
      '--- /dev/null\n+++ b/health-service-exporter/Dockerfile\n@@ -0,0 +1,3 @@\n+FROM python:3.11-slim\n',
    );
    expect(stdout).not.toContain('canary');
    expect(await readTree(root)).toEqual(removed);
  });
});

describe('a rollback', () => {
  it('refuses files that were edited since, all or nothing, and restores them with --force, keeping the edited ones', async () => {
    await remove();
    await edit('docker-compose.yml');
    const edited = await readTree(root);
    const refused = await run('rollback');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('edited since they were changed: docker-compose.yml; nothing was restored');
    expect(await readTree(root)).toEqual(edited);

    expect(await run('rollback', '--force')).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(before);
    const kept = (await readdir(state('edited'), { recursive: true })).find((name) =>
      name.endsWith('docker-compose.yml'),
    );
    expect(await readFile(state('edited', kept!), 'utf8')).toBe(edited['docker-compose.yml']!.replace(/^\d+ /, ''));
  });

  it('refuses a file that was edited between the two phases, unless only the removal is taken back', async () => {
    await parallel();
    await edit('prometheus/prom.yml');
    const between = await readTree(root);
    await remove();
    expect((await run('rollback')).code).toBe(1);
    expect(await run('rollback', '--to', 'parallel')).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(between);
    expect((await run('rollback')).code).toBe(1);
  });

  it('refuses when a directory that it would bring back is there again, and sets it aside with --force', async () => {
    await remove();
    await mkdir(at('health-service-exporter'));
    await writeFile(at('health-service-exporter/new'), 'new');
    expect((await run('rollback')).stderr).toContain('edited since they were changed: health-service-exporter');
    expect(await run('rollback', '--force')).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(before);
  });

  it('refuses when a backup is missing or damaged, and says which', async () => {
    await remove();
    for (const name of await readdir(state('blobs'))) await writeFile(state('blobs', name), 'x');
    const { code, stderr } = await run('rollback');
    expect(code).toBe(1);
    expect(stderr).toMatch(/the backup of \S+ in .* is missing or damaged/);
  });

  it('leaves no state folder behind when nothing else was kept in it, and has nothing to do then', async () => {
    await remove();
    await run('rollback');
    expect(await readdir(root)).not.toContain('.gatewayz-metrics');
    expect(await run('rollback')).toMatchObject({ code: 0, stdout: '', stderr: 'nothing to roll back\n' });
  });
});

describe('links', () => {
  it('are never followed out of the root, and never written through', async () => {
    const outside = join(parent, 'outside');
    await mkdir(outside);
    await rename(at('prometheus'), join(outside, 'prometheus'));
    await symlink(join(outside, 'prometheus'), at('prometheus'));
    await rename(at('docker-compose.yml'), join(outside, 'docker-compose.yml'));
    await symlink(join(outside, 'docker-compose.yml'), at('docker-compose.yml'));
    const beyond = await readTree(outside);
    const { stdout } = await run('plan', '--json');
    const { findings } = JSON.parse(stdout) as { findings: { file: string; action: string; why: string }[] };
    expect(findings).toContainEqual(
      expect.objectContaining({
        file: 'docker-compose.yml',
        action: 'by hand',
        why: 'a symbolic link; not followed, check its target',
      }),
    );
    await remove();
    expect(await readTree(outside)).toEqual(beyond);
    expect((await lstat(at('prometheus'))).isSymbolicLink()).toBe(true);
  });

  it('that come up after the apply are not written through by a rollback', async () => {
    await remove();
    const outside = join(parent, 'outside');
    await rename(at('prometheus'), outside);
    await symlink(outside, at('prometheus'));
    const beyond = await readTree(outside);
    for (const force of [[], ['--force']]) {
      const { code, stderr } = await run('rollback', ...force);
      expect(code).toBe(1);
      expect(stderr).toMatch(/prometheus\/prom\.yml/);
      expect(await readTree(outside)).toEqual(beyond);
    }
  });

  it('inside of the directory of the exporter go and come back as links', async () => {
    await symlink('../README.md', at('health-service-exporter/README.md'));
    before = await readTree(root);
    await remove();
    expect(await readFile(at('README.md'), 'utf8')).toContain('Our monitoring');
    await run('rollback');
    expect(await readTree(root)).toEqual(before);
  });

  it('in the place of the state folder are refused', async () => {
    const outside = join(parent, 'outside');
    await mkdir(outside);
    await symlink(outside, state());
    const { code, stderr } = await remove();
    expect(code).toBe(1);
    expect(stderr).toContain('expected a directory, got a symbolic link');
    expect(await readdir(outside)).toEqual([]);
    expect(bytesOfTree(await readTree(root))['docker-compose.yml']).toBe(
      bytesOfFixture(await readFixture('classic', 'before'))['docker-compose.yml'],
    );
  });
});

describe('several at once', () => {
  it('are kept apart; the lock of a process that died is no obstacle', async () => {
    await parallel();
    await writeFile(state('lock'), String(process.ppid));
    const { code, stderr } = await remove();
    expect(code).toBe(1);
    expect(stderr).toContain(`process ${process.ppid} is migrating this stack`);
    await writeFile(state('lock'), '4194304000');
    expect(await remove()).toMatchObject({ code: 0 });
    expect(await readdir(state())).not.toContain('lock');
  });

  it('leave a lock alone that is just being taken, and take one that nobody came back to', async () => {
    await parallel();
    await writeFile(state('lock'), '');
    expect((await remove()).stderr).toContain('another process took the lock');
    await utimes(state('lock'), 0, 0);
    expect(await remove()).toMatchObject({ code: 0 });
  });

  it('come to the same as one, though they all find a lock that is left over', async () => {
    await parallel();
    await writeFile(state('lock'), '4194304000');
    const command = ['migrate', 'apply', '--root', root, '--phase', 'remove', ...target, '--force'];
    const ends = await Promise.all(Array.from({ length: 3 }, () => runCli(command)));
    expect(ends.some(({ code }) => code === 0)).toBe(true);
    for (const { code, stderr } of ends) {
      if (code !== 0) expect(stderr).toMatch(/is migrating this stack|took the lock|edited since/);
    }
    expect(bytesOfTree(await readTree(root))).toEqual(bytesOfFixture(await readFixture('classic', 'remove')));
    expect(await run('rollback')).toMatchObject({ code: 0 });
    expect(await readTree(root)).toEqual(before);
  });
});
