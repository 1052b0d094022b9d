import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.js';
import { GatewayzMetricsError } from '../errors.js';
import { readSettings, type Settings, settingsTable } from '../settings.js';
import type { PrometheusAccess } from '../tools/check/diagnose/open-prometheus.js';
import type { CheckOptions } from '../tools/check/run-check.js';
import type { Load } from '../tools/check/service/check-handling-time.js';
import type { WatchRecord } from '../tools/check/watch/watch-record.js';
import { Progress } from './progress.js';

interface Flags {
  readonly url: string;
  readonly prometheusUrl?: string;
  readonly tokenFile?: string;
  readonly dashboards?: string;
  readonly watch?: number;
  readonly strict?: true;
  readonly json?: true;
  readonly report?: string;
}

/** Settings of the service that matter here; a fault in any other is none of this command's business. */
const variables = settingsTable
  .map(({ env }) => env)
  .filter((name) => name !== undefined)
  .filter((name) =>
    /^PROMETHEUS_|^METRICS_(?:PREFIX|SELECTOR|MARKER|RECORDED|REFRESH_INTERVAL|EVALUATION_DELAY)$/.test(name),
  );

/** `check`: is this installation right, and if not, why. */
export function checkCommand(): Command {
  return new Command('check')
    .description('Check an installation point by point, and tell what to change. Exit 1 if a point or a query fails.')
    .requiredOption('--url <url>', 'the service, without METRICS_PREFIX', address)
    .option(
      '--prometheus-url <url>',
      'the Prometheus behind it; default: PROMETHEUS_URL, else through the service',
      address,
    )
    .option('--token-file <file>', 'bearer token for the service')
    .option('--dashboards <dir>', 'run every PromQL of the Grafana dashboards below this folder')
    .option('--watch <duration>', 'go on for so long, such as 24h, and sign it off', period)
    .option('--strict', 'also fail for what the gateway never writes, and for empty panels')
    .option('--json', 'print {ok, criteria, missing, dashboards}')
    .option('--report <file>', 'also write the report as Markdown')
    .action(async (flags: Flags) => {
      process.exitCode = await check(flags);
    });
}

async function check(flags: Flags): Promise<number> {
  const settings = readCheckSettings(flags);
  if (flags.dashboards !== undefined) await expectFolder(flags.dashboards);
  if (flags.report !== undefined) await expectWritable(flags.report);
  const { loadFor } = await import('../tools/check/service/measure-handling-times.js');
  const { readerToken } = await import('../tools/check/service/reader-token.js');
  const { ServiceClient } = await import('../tools/check/service/service-client.js');
  const { openPrometheus } = await import('../tools/check/diagnose/open-prometheus.js');
  const { textReport } = await import('../tools/check/print/text-report.js');
  const { markdownReport } = await import('../tools/check/print/markdown-report.js');

  const token = flags.tokenFile === undefined ? undefined : await readerToken(flags.tokenFile);
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  const progress = new Progress(process.stderr);
  const service = new ServiceClient({ url: flags.url, prefix: settings.metricsPrefix, token });
  const prometheus = await openPrometheus(accessOf(flags, settings), interrupted.signal);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const parties = { service, prometheus, progress: (line: string) => progress.show(line) };
    const report = await run(
      parties,
      optionsOf(flags, settings, loadFor(flags.url)),
      flags.watch,
      progress,
      interrupted.signal,
    );
    progress.clear();
    process.stdout.write(flags.json ? `${JSON.stringify(report, undefined, 2)}\n` : textReport(report, service.base));
    if (flags.report !== undefined) await writeFile(flags.report, markdownReport(report, service.base, Date.now()));
    return report.ok ? 0 : 1;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    progress.clear();
    return 130;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await Promise.all([service.close(), prometheus?.close()]);
  }
}

type Parties = Parameters<typeof import('../tools/check/run-check.js').runCheck>[0];

/** One check; with a time to watch, one before and one after it, of which the last counts. */
async function run(
  parties: Parties,
  options: CheckOptions,
  milliseconds: number | undefined,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<import('../tools/check/report.js').CheckReport> {
  const { runCheck } = await import('../tools/check/run-check.js');
  const first = await runCheck(parties, options, interrupted);
  if (milliseconds === undefined) return first;
  const { verdict } = await import('../tools/check/print/text-report.js');
  const { watch } = await import('../tools/check/watch/watch.js');
  progress.note(`before the watch: ${verdict(first)}`);
  const record: WatchRecord = await watch(
    parties.service,
    milliseconds,
    options.refresh,
    (line) => progress.report(line),
    interrupted,
  );
  // Interrupted, it is told what was seen so far; the rest is as it was at the start.
  const last = interrupted.aborted ? first : await runCheck(parties, options, interrupted);
  const criteria = [...last.criteria, ...record.criteria()];
  return { ...last, ok: criteria.every(({ ok }) => ok), criteria, watch: record.report() };
}

function readCheckSettings({ prometheusUrl }: Flags): Settings {
  const env = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  return readSettings({ env, prometheusUrl });
}

function accessOf({ url, prometheusUrl, tokenFile }: Flags, settings: Settings): PrometheusAccess {
  if (prometheusUrl !== undefined || process.env['PROMETHEUS_URL']) return { kind: 'direct', settings };
  const { prometheusTimeout, prometheusConnections, prometheusMaxBody, metricsPrefix } = settings;
  // The credentials for Prometheus are not for the service.
  return {
    kind: 'service',
    settings: {
      prometheusUrl: url + metricsPrefix,
      prometheusTokenFile: tokenFile,
      prometheusTimeout,
      prometheusConnections,
      prometheusMaxBody,
    },
  };
}

function optionsOf({ strict, dashboards }: Flags, settings: Settings, load: Load): CheckOptions {
  return {
    load,
    strict: strict ?? false,
    refresh: {
      evaluationDelay: settings.metricsEvaluationDelay / 1000,
      refreshInterval: settings.metricsRefreshInterval / 1000,
      prometheusTimeout: settings.prometheusTimeout / 1000,
    },
    recorded: settings.metricsRecorded,
    scope: { selector: settings.metricsSelector, marker: settings.metricsMarker },
    dashboards,
  };
}

async function expectFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new GatewayzMetricsError('settings_invalid', `--dashboards: expected a folder, got ${resolve(folder)}`);
}

/** Now, not when a day has been watched. */
async function expectWritable(file: string): Promise<void> {
  await writeFile(file, '', { flag: 'a' }).catch((error: NodeJS.ErrnoException) => {
    const words = `--report: expected a file that can be written, got ${resolve(file)} (${error.code})`;
    throw new GatewayzMetricsError('settings_invalid', words);
  });
}

function address(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('Expected a URL such as http://backend:8000.');
  }
  const { origin, pathname, username, search, hash } = new URL(text);
  if (username !== '') throw new InvalidArgumentError('Expected a URL without user name and password.');
  if (search !== '' || hash !== '') throw new InvalidArgumentError('Expected a URL without query and fragment.');
  return (origin + pathname).replace(/\/+$/, '');
}

function period(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds < 1000) {
    throw new InvalidArgumentError('Expected a duration of 1s or more, such as 24h.');
  }
  return milliseconds;
}
