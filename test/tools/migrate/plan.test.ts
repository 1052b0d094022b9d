import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anyJob, planStack } from '../../../src/tools/migrate/rewrite/plan-stack.js';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { runMigrate } from './run-migrate.js';
import { readFixture, type StackName, writeStack } from './stack-fixture.js';

let root: string;

beforeEach(async () => {
  root = await tempFolder();
});

afterEach(() => removeFolder(root));

interface Finding {
  readonly file: string;
  readonly line: number;
  readonly kind: string;
  readonly action: string;
  readonly why: string;
}

async function plan(): Promise<readonly Finding[]> {
  const { code, stdout } = await runMigrate('plan', '--root', root, '--json');
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

/** `file:line kind action` of every finding. */
async function planOf(stack: StackName): Promise<readonly string[]> {
  await writeStack(root, await readFixture(stack, 'before'));
  return (await plan()).map(({ file, line, kind, action }) => `${file}:${line} ${kind}: ${action}`);
}

async function write(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

describe('plan', () => {
  it('finds every trace in a stack as it was when the exporter was new', async () => {
    expect(await planOf('classic')).toEqual([
      '.env.example:1 environment: keep',
      '.env.example:2 environment: keep',
      '.env.example:3 environment: by hand',
      '.github/workflows/images.yml:7 ci script: by hand',
      '.github/workflows/images.yml:8 ci script: by hand',
      '.github/workflows/images.yml:10 ci script: by hand',
      'README.md:3 document: by hand',
      'README.md:4 document: by hand',
      'README.md:6 document: keep',
      'docker-compose.yml:25 compose service: remove',
      'docker-compose.yml:54 depends_on: remove',
      'grafana/dashboards/health.json:10 dashboard: keep',
      'grafana/dashboards/health.json:20 dashboard: keep',
      'grafana/dashboards/health.json:21 dashboard: keep',
      'grafana/dashboards/health.json:31 dashboard: keep',
      'grafana/dashboards/health.json:41 dashboard: keep',
      'grafana/dashboards/targets.json:3 dashboard: keep',
      'grafana/dashboards/targets.json:4 dashboard: keep',
      'health-service-exporter:1 directory: remove',
      'notes.bin.md:1 document: by hand',
      'prometheus/alerts.yml:6 alert: keep',
      'prometheus/prom.yml:23 scrape job: remove',
    ]);
  });

  it("finds jobs and targets in templates and in other programs' files, and leaves to a person what does not parse", async () => {
    expect(await planOf('templated')).toEqual([
      'agent/agent.yaml:5 scrape job: remove',
      'agent/agent.yaml:9 scrape job: by hand',
      'ansible/broken.yml.j2:3 other: by hand',
      'ansible/prometheus.yml.j2:13 scrape job: remove',
      'ansible/prometheus.yml.j2:16 scrape job: remove',
      'chart/values.yaml:3 other: by hand',
      'chart/values.yaml:5 other: by hand',
      'prometheus/prometheus.yml:12 scrape job: remove',
    ]);
  });

  it('tells rules, alerts, panels and variables apart, and what is done about each', async () => {
    const found = await planOf('flow');
    expect(found.filter((line) => line.includes('grafana') || line.includes('rules'))).toEqual([
      'grafana/alerting/health.yaml:12 alert: replace',
      'grafana/health.json:4 dashboard: replace',
      'grafana/health.json:5 dashboard: keep',
      'grafana/health.json:9 dashboard: by hand',
      'grafana/health.json:9 dashboard: replace',
      'grafana/health.json:10 dashboard: replace',
      'grafana/health.json:13 dashboard: keep',
      'grafana/health.json:14 dashboard: keep',
      'grafana/health.json:15 dashboard: by hand',
      'grafana/health.json:16 dashboard: keep',
      'grafana/health.json:17 dashboard: by hand',
      'grafana/health.json:20 dashboard: by hand',
      'prometheus/rules.yml:5 rule: replace',
      'prometheus/rules.yml:7 alert: replace',
      'prometheus/rules.yml:9 other: by hand',
      'prometheus/rules.yml:10 alert: replace',
      'prometheus/rules.yml:15 other: by hand',
      'prometheus/rules.yml:17 alert: by hand',
      'prometheus/rules.yml:19 alert: by hand',
      'prometheus/rules.yml:21 alert: by hand',
      'prometheus/rules.yml:23 alert: keep',
    ]);
  });

  it('names the panels that show a series twice, and says that bare selectors keep working', async () => {
    await planOf('classic');
    const whys = (await plan()).filter(({ kind }) => kind === 'dashboard').map(({ why }) => why);
    expect(whys).toContain(
      'panel "Health Service": it keeps working: no job matcher; shows each series twice while both jobs are scraped',
    );
    expect(whys).toContain('panel "Incidents": it keeps working: no job matcher');
    const { stderr } = await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1', '--force');
    expect(stderr).toContain(
      'Queries that keep working but change while both jobs are scraped:\n  grafana/dashboards/health.json:10 dashboard: panel "Health Service"',
    );
    expect(stderr).toContain('Left to do by hand:\n  .env.example:3');
  });

  it('prints a list for people with a sum at its end, also for a stack without a trace', async () => {
    expect(await runMigrate('plan', '--root', root)).toEqual({
      code: 0,
      stdout: 'No trace of the exporter was found.\n',
      stderr: '',
    });
    await planOf('windows');
    const { stdout } = await runMigrate('plan', '--root', root);
    expect(stdout).toContain(
      'compose.yaml\n     2  remove   compose service: the service is named health-service-exporter',
    );
    expect(stdout).toMatch(/\n\n\d+ findings: 4 remove, 0 replace, 0 keep, 2 by hand\n$/);
  });

  it('has nothing left to remove or replace after the removal', async () => {
    for (const stack of ['classic', 'windows', 'anchors', 'templated', 'flow'] as const) {
      const files = [...(await readFixture(stack, 'remove'))].map(([path, bytes]) => ({
        path,
        text: bytes!.toString('utf8'),
        encoding: 'utf8' as const,
      }));
      const { findings } = planStack({ files, others: [], links: [] }, anyJob);
      expect(findings.filter(({ action }) => action === 'remove' || action === 'replace')).toEqual([]);
    }
  });
});

describe('what only resembles the exporter', () => {
  it('is left to a person: a service or job on its port, a name that contains its name', async () => {
    await write({
      'compose.yml':
        'services:\n  mock:\n    ports: ["8002:8002"]\n  health-service-exporter-dashboard:\n    image: x\n  web:\n    ports: ["18002:80", 8080]\n',
      'prom.yml': 'scrape_configs:\n  - job_name: mock\n    static_configs: [{targets: ["localhost:8002"]}]\n',
    });
    expect((await plan()).map(({ file, line, kind, action }) => [file, line, kind, action])).toEqual([
      ['compose.yml', 2, 'compose service', 'by hand'],
      ['compose.yml', 4, 'other', 'by hand'],
      ['prom.yml', 2, 'scrape job', 'by hand'],
    ]);
  });

  it('is the exporter under another name when image, build context, or port and settings together say so', async () => {
    await write({
      'compose.yml': [
        'services:',
        '  a: {image: "ghcr.io/team/health-service-exporter:1@sha256:00"}',
        '  b: {build: ../tools/health_service_exporter/}',
        '  c: {image: python, ports: [{target: 8002}], environment: [HEALTH_SERVICE_URL=x, SCRAPE_INTERVAL=1]}',
        '  d: {image: x, container_name: gatewayz-health-service-exporter}',
        '  e: {image: x, depends_on: [a, b, c, d]}',
        '',
      ].join('\n'),
      'prom.yml': 'scrape_configs:\n  - job_name: things\n    static_configs: [{targets: ["c:8002"]}]\n',
      'rules.yml': 'groups:\n  - rules:\n      - alert: A\n        expr: up{job="things"} == 0\n',
    });
    expect((await plan()).filter(({ action }) => action === 'by hand')).toEqual([]);
    await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1', '--force');
    expect(await readFile(join(root, 'compose.yml'), 'utf8')).toBe('services:\n  e: {image: x}\n');
    expect(await readFile(join(root, 'rules.yml'), 'utf8')).toContain('up{job="gatewayz_metrics"}');
  });

  it('stays while something that stays needs it: a service that extends it, a path into its directory, a volume', async () => {
    await write({
      'compose.yml': [
        'services:',
        '  health-service-exporter: {build: ./health-service-exporter, volumes: [data:/x, logs:/y]}',
        '  web: {image: x, volumes: ["./health-service-exporter/conf:/c", logs:/y]}',
        'volumes: {data: {}, logs: {}}',
        '',
      ].join('\n'),
      'health-service-exporter/Dockerfile': 'FROM scratch\n',
      'other/compose.yml': 'services:\n  h: {extends: {file: ../compose.yml, service: health-service-exporter}}\n',
      'docs/health-service-exporter/README.md': 'How it was used.\n',
    });
    const found = (await plan()).map(({ file, action, why }) => `${file} ${action}: ${why}`);
    expect(found).toContain(
      'health-service-exporter by hand: it has the name of the exporter; compose.yml:2 still refers to it',
    );
    expect(found).toContain(
      'docs/health-service-exporter by hand: it has the name of the exporter; it contains neither a Dockerfile nor the exporter program',
    );
    expect(found.find((line) => line.startsWith('compose.yml by hand'))).toContain('the service h extends it');

    await write({ 'other/compose.yml': 'services: {}\n' });
    const later = (await plan()).map(({ file, action, why }) => `${file} ${action}: ${why}`);
    expect(later).toContain(
      'compose.yml by hand: no remaining service uses volumes.data; remove it if nothing else uses it',
    );
    expect(later.filter((line) => line.includes('uses volumes.'))).toHaveLength(1);
    expect(later).toContain(
      'health-service-exporter by hand: it has the name of the exporter; compose.yml:3 still refers to it',
    );

    await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1', '--force');
    expect(await readFile(join(root, 'health-service-exporter/Dockerfile'), 'utf8')).toBe('FROM scratch\n');
    expect(await readFile(join(root, 'docs/health-service-exporter/README.md'), 'utf8')).not.toBe('');
  });

  it('stays while another service shares its network, its volumes or its image, in whatever file', async () => {
    const needs = {
      'shares its network': 'web: {image: x, network_mode: "service:health-service-exporter"}',
      'shares its pid': 'web: {image: x, pid: "service:health-service-exporter"}',
      'mounts its volumes': 'web: {image: x, volumes_from: ["health-service-exporter:ro"]}',
      'is built from its image':
        'web: {build: {context: ., additional_contexts: {base: "service:health-service-exporter"}}}',
      'extends it': 'health-service-exporter-debugger: {extends: health-service-exporter}',
    };
    for (const [why, need] of Object.entries(needs)) {
      const own = 'services:\n  health-service-exporter: {image: x}\n';
      for (const files of [
        { 'compose.yml': `${own}  ${need}\n`, 'compose.override.yml': 'services: {}\n' },
        ...(why === 'extends it' ? [] : [{ 'compose.yml': own, 'compose.override.yml': `services:\n  ${need}\n` }]),
      ]) {
        await write(files);
        const found = (await plan()).filter(({ kind }) => kind === 'compose service');
        expect(found.map(({ action }) => action)).toEqual(['by hand']);
        expect(found[0]?.why).toMatch(new RegExp(`; the service \\S+ ${why}$`));
      }
    }
  });

  it('goes with every part of it: what extends it and is it too, what overrides it under a name of its own', async () => {
    await write({
      'common.yml': 'services:\n  health-service-exporter: {image: x}\n',
      'compose.yml': [
        'services:',
        '  a: {image: a}',
        '  health-service-exporter: {extends: {file: common.yml, service: health-service-exporter}}',
        '  health-service-exporter-staging: {extends: health-service-exporter}',
        '  hse: {build: ./tools/hse, hostname: health-service-exporter}',
        '',
      ].join('\n'),
      'compose.override.yml': 'services:\n  a: {depends_on: [hse]}\n  hse: {environment: [A=b]}\n',
      'other/compose.yml': 'services:\n  hse: {image: something-else}\n',
    });
    expect((await plan()).filter(({ file, action }) => action === 'by hand' && file !== 'other/compose.yml')).toEqual([
      {
        file: 'compose.yml',
        line: 5,
        kind: 'directory',
        action: 'by hand',
        why: 'the service hse is built from ./tools/hse; delete it if nothing else needs it',
      },
    ]);
    await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1', '--force');
    const text = (path: string) => readFile(join(root, path), 'utf8');
    expect(await text('common.yml')).toBe('services: {}\n');
    expect(await text('compose.yml')).toBe('services:\n  a: {image: a}\n');
    expect(await text('compose.override.yml')).toBe('services:\n  a: {}\n');
    expect(await text('other/compose.yml')).toBe('services:\n  hse: {image: something-else}\n');
  });

  it('is left to a person where its log files are collected: no job of metrics is put there', async () => {
    const jobs = 'scrape_configs: [{job_name: health_service_exporter, static_configs: [{targets: [localhost]}]}]';
    await write({
      'agent.yml': `logs:\n  configs:\n    - name: a\n      ${jobs}\n`,
      'prom.yml': `${jobs}\n`,
      'promtail.yml': `clients: [{url: "http://loki:3100"}]\n${jobs}\n`,
    });
    expect((await plan()).map(({ file, kind, action }) => [file, kind, action])).toEqual([
      ['agent.yml', 'other', 'by hand'],
      ['prom.yml', 'scrape job', 'remove'],
      ['promtail.yml', 'other', 'by hand'],
    ]);
    await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1', '--force');
    expect(await readFile(join(root, 'promtail.yml'), 'utf8')).toBe(`clients: [{url: "http://loki:3100"}]\n${jobs}\n`);
  });

  it('is known through a placeholder in a target: by its default, else by its name', async () => {
    for (const [placeholder, action] of [
      ['HEALTH_SERVICE_EXPORTER_HOST', 'remove'],
      ['EXPORTER:-health-service-exporter', 'remove'],
      ['EXPORTER:-node-exporter', 'by hand'],
      ['EXPORTER', 'by hand'],
    ] as const) {
      const job = `job_name: m, static_configs: [{targets: ["$\{${placeholder}}:8002"]}]`;
      await write({ 'prom.yml': `scrape_configs:\n  - {${job}}\n` });
      expect((await plan()).map((finding) => finding.action)).toEqual([action]);
    }
  });

  it('is not read: binary files, files above 5 MiB, what git and npm keep', async () => {
    const text = 'health-service-exporter\n';
    await write({
      '.git/config': text,
      'node_modules/a/README.md': text,
      '.gatewayz-metrics/notes.md': text,
      'binary.md': Buffer.from(`\0${text}`),
      'large.json': Buffer.alloc(5 * 1024 * 1024 + 1, ' '),
      'large.log': Buffer.alloc(5 * 1024 * 1024 + 1, text),
      'deep/er/notes.md': text,
    });
    expect((await plan()).map(({ file, action, why }) => `${file} ${action}: ${why}`)).toEqual([
      'deep/er/notes.md by hand: it names the exporter; rewrite it',
      'large.json by hand: larger than 5 MiB; not read',
    ]);
  });
});
