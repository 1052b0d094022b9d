import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { type ParallelJobs, startParallelJobs } from './parallel-jobs.js';
import { runMigrate } from './run-migrate.js';
import {
  bytesOfFixture,
  bytesOfTree,
  readFixture,
  readTree,
  type StackBytes,
  stackNames,
  writeStack,
} from './stack-fixture.js';

/** The stack whose own scrape configuration, after `apply --phase parallel`, Prometheus runs with. */
async function liveStack(exporter: number): Promise<StackBytes> {
  const stack = new Map(await readFixture('classic', 'before'));
  const path = 'prometheus/prom.yml';
  const text = stack.get(path)!.toString('utf8');
  const live = text.replace('health-service-exporter:8002', `127.0.0.1:${exporter}`).replaceAll(/\b[13]0s/g, '1s');
  const compose = stack.get('docker-compose.yml')!.toString('utf8').replace('8002:8002', `${exporter}:8002`);
  return stack.set(path, Buffer.from(live)).set('docker-compose.yml', Buffer.from(compose));
}

let live: string;
let beforeLive: Readonly<Record<string, string>>;
let jobs: ParallelJobs;

beforeAll(async () => {
  live = await tempFolder();
  jobs = await startParallelJobs({
    scrape: async (exporter, service) => {
      await writeStack(live, await liveStack(exporter));
      beforeLive = await readTree(live);
      const applied = await runMigrate(
        'apply',
        '--root',
        live,
        '--phase',
        'parallel',
        '--target',
        `127.0.0.1:${service}`,
      );
      if (applied.code !== 0) throw new Error(applied.stderr);
      const config = parse(await readFile(join(live, 'prometheus/prom.yml'), 'utf8')) as {
        scrape_configs: { job_name: string }[];
      };
      return stringify(config.scrape_configs.filter(({ job_name: name }) => /health|gatewayz/.test(name)));
    },
  });
  await jobs.seenFor(8);
});

afterAll(async () => {
  await jobs.close();
  await removeFolder(live);
});

const proof = () => ['--prometheus-url', jobs.prometheus.url, '--window', '5s'] as const;

describe('with a real Prometheus that scrapes the exporter and this service', () => {
  it('a stack goes from plan over its own parallel scrape jobs and a proof to the removal and back, byte for byte', async () => {
    const verified = await runMigrate('verify', '--root', live, ...proof());
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).toContain('the new job can replace the old one');

    const target = ['--target', '127.0.0.1:8000'] as const;
    const beforeRemoval = await readTree(live);
    const short = await runMigrate('apply', '--root', live, '--phase', 'remove', ...target);
    expect(short).toMatchObject({ code: 1, stdout: '' });
    expect(short.stderr).toContain('it compared only 5s, and 24h are needed');
    expect(await readTree(live)).toEqual(beforeRemoval);
    const forced = await runMigrate('apply', '--root', live, '--phase', 'remove', ...target, '--force');
    expect(forced.code).toBe(0);
    expect(forced.stderr).toContain('removed because of --force, although');
    const removed = await readTree(live);
    expect(removed['prometheus/prom.yml']).not.toContain('health_service_exporter');
    expect(await runMigrate('apply', '--root', live, '--phase', 'remove', ...target)).toMatchObject({
      code: 0,
      stdout: '',
    });
    expect(await readTree(live)).toEqual(removed);

    expect(await runMigrate('rollback', '--root', live)).toMatchObject({ code: 0 });
    expect(await readTree(live)).toEqual(beforeLive);
  });

  it.each(stackNames)('the stack %s goes plan, parallel, verify, remove, rollback', async (name) => {
    const root = await tempFolder();
    const run = (command: string, ...args: readonly string[]) => runMigrate(command, '--root', root, ...args);
    const target = ['--target', 'backend:8000'] as const;
    const expected = async (state: 'parallel' | 'remove') => bytesOfFixture(await readFixture(name, state));
    try {
      await writeStack(root, await readFixture(name, 'before'));
      const before = await readTree(root);

      const plan = await run('plan', '--json');
      const { findings } = JSON.parse(plan.stdout) as { findings: { action: string }[] };
      expect(findings.filter(({ action }) => action === 'remove').length).toBeGreaterThan(1);
      expect(await readTree(root)).toEqual(before);

      expect(await run('apply', '--phase', 'parallel', ...target)).toMatchObject({ code: 0 });
      const parallel = await readTree(root);
      expect(bytesOfTree(parallel)).toEqual(await expected('parallel'));

      const early = await run('apply', '--phase', 'remove', ...target);
      expect(early.code).toBe(1);
      expect(early.stderr).toContain('migrate verify was never run here');
      expect(await readTree(root)).toEqual(parallel);

      expect(await run('verify', ...proof())).toMatchObject({ code: 0 });
      expect(await run('apply', '--phase', 'remove', ...target, '--force')).toMatchObject({ code: 0 });
      expect(bytesOfTree(await readTree(root))).toEqual(await expected('remove'));

      expect(await run('rollback', '--to', 'parallel')).toMatchObject({ code: 0 });
      expect(await readTree(root)).toEqual(parallel);
      expect(await run('rollback')).toMatchObject({ code: 0 });
      expect(await readTree(root)).toEqual(before);
    } finally {
      await removeFolder(root);
    }
  });
});
