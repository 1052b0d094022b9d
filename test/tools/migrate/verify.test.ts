import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder, tempFolder } from '../../support/temp-folder.js';
import { type ParallelJobs, type ParallelOptions, startParallelJobs } from './parallel-jobs.js';
import { runMigrate } from './run-migrate.js';

const scrape: ParallelOptions['scrape'] = (exporter, service) => `
- job_name: health_service_exporter
  static_configs: [{ targets: ['127.0.0.1:${exporter}'], labels: { env: test } }]
- job_name: gatewayz_metrics
  metrics_path: /prometheus/metrics
  static_configs: [{ targets: ['127.0.0.1:${service}'], labels: { env: test } }]`;

interface Report {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly families: readonly {
    readonly family: string;
    readonly ok: boolean;
    readonly equal: number;
    readonly gaps: number;
    readonly different: number;
    readonly documented: Readonly<Record<string, number>>;
    readonly note: string;
  }[];
}

let root: string;
let jobs: ParallelJobs | undefined;

beforeEach(async () => {
  root = await tempFolder();
});

afterEach(async () => {
  await jobs?.close();
  jobs = undefined;
  await removeFolder(root);
});

async function verify(
  window: string,
  ...args: readonly string[]
): Promise<Report & { readonly code: number; readonly stderr: string }> {
  const url = jobs!.prometheus.url;
  const common = ['--root', root, '--prometheus-url', url, '--window', window, '--json'];
  const { code, stdout, stderr } = await runMigrate('verify', ...common, ...args);
  return { ...(JSON.parse(stdout) as Report), code, stderr };
}

function failing({ families }: Report): readonly string[] {
  return families.filter(({ ok }) => !ok).map(({ family }) => family);
}

function documented({ families }: Report, name: string): readonly string[] {
  return families.filter((family) => name in family.documented).map(({ family }) => family);
}

const totals = ['total_models', 'total_providers', 'total_gateways', 'tracked_models_count', 'active_incidents'];
const totalFamilies = totals.map((name) => `gatewayz_health_${name}`);

describe('verify', () => {
  it('accepts differences that are documented, and names them', async () => {
    jobs = await startParallelJobs({ scrape });
    await jobs.seenFor(3);
    jobs.health.play('metrics_200_error');
    await jobs.later(6);
    jobs.health.play('monitor_none_503');
    await jobs.later(6);
    jobs.health.play('status_label_gone');
    await jobs.later(6);
    const report = await verify('20s');
    expect(failing(report)).toEqual([]);
    expect(report.code).toBe(0);
    expect(documented(report, 'zeros from error bodies')).toEqual(totalFamilies);
    expect(documented(report, 'frozen values')).toContain('gatewayz_health_tracked_models');
    expect(documented(report, 'vanished labels')).toEqual(['gatewayz_health_status_distribution']);
    expect(documented(report, 'error counting')).toEqual(['gatewayz_health_service_scrape_errors_total']);
    expect(report.families.find(({ family }) => family === 'gatewayz_health_service_up')).toMatchObject({
      different: 0,
      gaps: 0,
      note: '',
    });
  });

  it('refuses a new job that says other values, lacks a family or a label, or stops for longer than a poll', async () => {
    let isSilent = false;
    const alter = (text: string) =>
      text
        .replace(/^gatewayz_health_active_incidents .*$/m, 'gatewayz_health_active_incidents 7')
        .replace(/^gatewayz_health_total_models .*\n/m, '')
        .replace(/^gatewayz_health_cache_available\{cache_type="redis"\} .*\n/m, '')
        .replaceAll(isSilent ? /^gatewayz_availability_.*\n/gm : /^$/g, '');
    jobs = await startParallelJobs({ scrape, alter });
    await jobs.seenFor(3, 'gatewayz_health_total_providers');
    isSilent = true;
    await jobs.later(5);
    const report = await verify('8s');
    expect(report.code).toBe(1);
    expect(report.ok).toBe(false);
    expect(failing(report)).toEqual([
      'gatewayz_availability_monitoring_active',
      'gatewayz_availability_cache_size',
      'gatewayz_health_total_models',
      'gatewayz_health_active_incidents',
      'gatewayz_health_cache_available',
    ]);
  });

  it('does not take for a documented difference that the new job cannot reach the Health Service', async () => {
    const alter = (text: string) =>
      text
        .replaceAll(/^gatewayz_(?:health|availability)_(?!service).*\n/gm, '')
        .replaceAll(/^(gatewayz_health_service_up|gatewayz_metrics_health_endpoint_up.*) .*$/gm, '$1 0');
    jobs = await startParallelJobs({ scrape, alter });
    await jobs.seenFor(5, 'gatewayz_health_service_up');
    const report = await verify('4s');
    expect(report.code).toBe(1);
    expect(documented(report, 'frozen values')).toEqual([]);
    expect(failing(report)).toContain('gatewayz_health_service_up');
    expect(failing(report)).toContain('gatewayz_health_tracked_models');
  });

  it('says which job Prometheus knows nothing of, and that a window is not full; --follow waits until it is', async () => {
    jobs = await startParallelJobs({ scrape });
    await jobs.seenFor(1);
    const unknown = await verify('5s', '--old-job', 'exporter_of_old');
    expect(unknown).toMatchObject({ code: 1, families: [] });
    expect(unknown.problems).toEqual([
      'Prometheus has no sample of the families for the job exporter_of_old in the window',
    ]);

    const early = await verify('12s');
    expect(early.code).toBe(1);
    expect(early.problems).toEqual(['the window is not full: both jobs must be scraped for all of it']);
    expect(failing(early)).toEqual([]);

    const followed = await verify('12s', '--follow');
    expect(followed).toMatchObject({ code: 0, ok: true, problems: [] });
    expect(followed.stderr).toMatch(/\d+s of 12s \(\d+ %\): no difference so far/);
  });

  it('prints a table for people, and keeps its verdict either way', async () => {
    jobs = await startParallelJobs({ scrape });
    await jobs.seenFor(5);
    const args = ['--root', root, '--prometheus-url', jobs.prometheus.url, '--poll', '1s', '--window', '4s'];
    const { code, stdout } = await runMigrate('verify', ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^family +series +equal +late +gaps +different +documented +result +note$/m);
    expect(stdout.match(/^gatewayz_\w+ .* ok/gm)).toHaveLength(17);
    expect(stdout).toContain('4s of 4s compared; the new job can replace the old one');
    const verdict = async () =>
      JSON.parse(await readFile(join(root, '.gatewayz-metrics/verdict.json'), 'utf8')) as object;
    expect(await verdict()).toMatchObject({
      ok: true,
      windowSeconds: 4,
      oldJob: 'health_service_exporter',
      newJob: 'gatewayz_metrics',
    });
    await verify('4s', '--old-job', 'nobody');
    expect(await verdict()).toMatchObject({ ok: false, oldJob: 'nobody' });
  });
});
