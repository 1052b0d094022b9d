import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../src/settings/read-settings.js';
import { documentedDifferences } from '../../src/tools/migrate/verify/documented-differences.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { runMigrate } from '../tools/migrate/run-migrate.js';

let root: string;

beforeEach(async () => {
  root = await tempFolder();
});

afterEach(() => removeFolder(root));

describe('wrong usage of migrate ends with 2', () => {
  it.each([
    [['plan', '--nonsense']],
    [['nonsense']],
    [['plan', '--root', '/does/not/exist']],
    [['apply', '--target', 'b:1']],
    [['apply', '--phase', 'parallel']],
    [['apply', '--phase', 'both', '--target', 'b:1']],
    [['apply', '--phase', 'parallel', '--target', 'backend']],
    [['apply', '--phase', 'parallel', '--target', 'backend:0']],
    [['apply', '--phase', 'parallel', '--target', 'backend:65536']],
    [['apply', '--phase', 'parallel', '--target', "b'x:1"]],
    [['apply', '--phase', 'parallel', '--target', 'http://b:1']],
    [['apply', '--phase', 'parallel', '--target', 'b:1', '--prefix', 'no slash']],
    [['verify', '--window', 'long']],
    [['verify', '--window', '0s']],
    [['verify', '--poll', '10']],
    [['verify', '--prometheus-url', 'ftp://x']],
    [['rollback', '--to', 'yesterday']],
    [['notice']],
    [['notice', '--date', '2027-02-30']],
    [['notice', '--date', 'tomorrow']],
  ])('%j', async (args) => {
    const at = args[0] === 'notice' || args[0] === 'nonsense' || args.includes('--root') ? [] : ['--root', root];
    const { code, stdout, stderr } = await runMigrate(...args, ...at);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
  });
});

describe('migrate', () => {
  it('ends with 1 and one line when Prometheus cannot be reached, and keeps no verdict', async () => {
    const { code, stderr } = await runMigrate('verify', '--root', root, '--prometheus-url', 'http://127.0.0.1:1');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Prometheus at http:\/\/127\.0\.0\.1:1\b.*$/);
    const remove = await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1');
    expect(remove).toMatchObject({ code: 0, stderr: 'nothing to change\n' });
  });

  it('takes a prefix, with or without a final slash, and an IPv6 target', async () => {
    await writeFile(join(root, 'prom.yml'), 'scrape_configs:\n  - job_name: health_service_exporter\n');
    const args = [
      'apply',
      '--root',
      root,
      '--phase',
      'parallel',
      '--target',
      '[::1]:8000',
      '--prefix',
      '/gate/way/',
      '--dry-run',
    ];
    const { stdout } = await runMigrate(...args);
    expect(stdout).toContain('+    metrics_path: /gate/way/metrics\n');
    expect(stdout).toContain("+      - targets: ['[::1]:8000']\n");
  });

  it.each([
    ['none', undefined, 'migrate verify was never run here'],
    ['one that says no', { ok: false, at: new Date() }, 'it found that the new job cannot replace the old one'],
    ['one of 8 days ago', { ok: true, at: new Date(Date.now() - 8 * 86_400_000) }, 'is not from the last 7 days'],
    ['one of tomorrow', { ok: true, at: new Date(Date.now() + 86_400_000) }, 'is not from the last 7 days'],
    ['a damaged one', 'not JSON', 'cannot be read'],
  ])('removes nothing without a valid passing verdict: %s', async (_, verdict, why) => {
    const text = 'scrape_configs:\n  - job_name: health_service_exporter\n';
    await writeFile(join(root, 'prom.yml'), text);
    if (verdict !== undefined) {
      await mkdir(join(root, '.gatewayz-metrics'));
      const rest = { windowSeconds: 86_400, oldJob: 'a', newJob: 'b' };
      const content = typeof verdict === 'string' ? verdict : JSON.stringify({ ...verdict, ...rest });
      await writeFile(join(root, '.gatewayz-metrics/verdict.json'), content);
    }
    const { code, stderr } = await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1');
    expect(code).toBe(1);
    expect(stderr).toContain(why);
    expect(readFileSync(join(root, 'prom.yml'), 'utf8')).toBe(text);
  });

  it('removes with a passing verdict of 6 days ago', async () => {
    await writeFile(join(root, 'prom.yml'), 'scrape_configs:\n  - job_name: health_service_exporter\n');
    await mkdir(join(root, '.gatewayz-metrics'));
    const verdict = {
      ok: true,
      at: new Date(Date.now() - 6 * 86_400_000),
      windowSeconds: 86_400,
      oldJob: 'a',
      newJob: 'b',
    };
    await writeFile(join(root, '.gatewayz-metrics/verdict.json'), JSON.stringify(verdict));
    expect(await runMigrate('apply', '--root', root, '--phase', 'remove', '--target', 'b:1')).toMatchObject({
      code: 0,
    });
  });

  it('notice prints the template of docs/migration.md with the date in it', async () => {
    const { code, stdout } = await runMigrate('notice', '--date', '2027-01-31');
    expect(code).toBe(0);
    expect(stdout.match(/2027-01-31/g)!.length).toBeGreaterThan(3);
    const docs = readFileSync(new URL('../../docs/migration.md', import.meta.url), 'utf8');
    const template = /````markdown\n(# health-service-exporter will be removed[\s\S]*?)````/.exec(docs)?.[1];
    expect(stdout.replaceAll('2027-01-31', 'YYYY-MM-DD')).toBe(template);
  });

  it('has a Compose service in docs/migration.md whose settings exist and whose port is the default', () => {
    const docs = readFileSync(new URL('../../docs/migration.md', import.meta.url), 'utf8');
    const text = /### A backend in another language[\s\S]*?```yaml\n([\s\S]*?)```/.exec(docs)?.[1] ?? '';
    const { services } = parse(text) as { services: Record<string, { environment: Record<string, string> }> };
    expect(Object.keys(services)).toEqual(['gatewayz-metrics']);
    const { environment } = services['gatewayz-metrics']!;
    const { port, ...settings } = readSettings({ env: environment });
    expect(settings).toMatchObject({
      prometheusUrl: 'http://prometheus:9090',
      healthServiceUrl: environment['HEALTH_SERVICE_URL'],
    });
    expect(docs).toContain(`gatewayz-metrics:${port}`);
  });

  it('has the documented differences that docs/migration.md explains, and no others', () => {
    const docs = readFileSync(new URL('../../docs/migration.md', import.meta.url), 'utf8');
    const section = docs.slice(docs.indexOf('The documented differences'), docs.indexOf('## Phase 2'));
    const names = [...section.matchAll(/^\| (?!name|-)([^|]+?) \|/gm)].map((match) => match[1]);
    expect(names).toEqual(Object.keys(documentedDifferences));
  });
});
