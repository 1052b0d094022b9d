import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { GatewayzMetricsError } from '../errors.js';
import { readSettings, type Settings, settingsTable } from '../settings/read-settings.js';
import type { PrometheusAccess } from '../tools/check/diagnose/open-prometheus.js';
import type { PrometheusApi } from '../tools/check/diagnose/prometheus-api.js';
import type { CheckReport } from '../tools/check/report.js';
import type { CheckOptions } from '../tools/check/run-check.js';
import type { WatchRecord } from '../tools/check/watch/watch-record.js';
import { address, collect, expectPath, expectWritable, period } from './check-arguments.js';
import { Progress } from './progress.js';

interface Flags {
  readonly url?: string;
  readonly prometheusUrl?: string;
  readonly tokenFile?: string;
  readonly dashboards?: readonly string[];
  readonly dashboard: readonly string[];
  readonly quick?: true;
  readonly preset?: string;
  readonly watch?: number;
  readonly strict?: true;
  readonly json?: true;
  readonly report?: string;
}

/** Settings of the service that this command reads. */
const variables = settingsTable
  .map(({ env }) => env)
  .filter((name) => name !== undefined)
  .filter((name) =>
    /^PROMETHEUS_|^METRICS_(?:PREFIX|SELECTOR|MARKER|RECORDED|REFRESH_INTERVAL|EVALUATION_DELAY|STALE_LIMIT|PRESET)$/.test(
      name,
    ),
  );

/** `check`: whether an installation is right and, if not, why. */
export function checkCommand(): Command {
  return new Command('check')
    .description(
      'Check an installation or dashboards point by point and say what to change. Exit 1 if a point or a query fails.',
    )
    .option('--url <url>', 'the service, without METRICS_PREFIX; not needed to check dashboards only', address)
    .option(
      '--prometheus-url <url>',
      'the Prometheus behind it (default: PROMETHEUS_URL, else the API of the service)',
      address,
    )
    .option('--token-file <file>', 'bearer token for the service')
    .option(
      '--dashboards <dir>',
      'run every query of the Grafana dashboards below this folder; may be repeated',
      collect,
    )
    .option('--dashboard <file>', 'run every query of this dashboard; may be repeated', collect, [])
    .option(
      '--preset <names>',
      'presets of the service (default: METRICS_PRESET); auto: those that Prometheus has metrics of',
    )
    .option('--quick', 'skip the handling times, which take thousands of requests')
    .option('--watch <duration>', 'keep checking for this long, such as 24h, and then report', period)
    .option('--strict', 'also fail for metrics that the gateway does not export, and for queries without data')
    .option('--json', 'print {ok, criteria, missing, dashboards, missingNames}')
    .option('--report <file>', 'also write the report as Markdown')
    .action(async (flags: Flags) => {
      process.exitCode = await check(flags);
    });
}

async function check(flags: Flags): Promise<number> {
  const settings = readCheckSettings(flags);
  const dashboards = [...(flags.dashboards ?? []), ...flags.dashboard];
  if (flags.url === undefined) expectDashboardsOnly(flags, dashboards);
  for (const path of flags.dashboards ?? []) await expectPath('--dashboards', path, 'folder');
  for (const path of flags.dashboard) await expectPath('--dashboard', path, 'file');
  if (flags.report !== undefined) await expectWritable(flags.report);
  const { openPrometheus } = await import('../tools/check/diagnose/open-prometheus.js');
  const { textReport } = await import('../tools/check/print/text-report.js');
  const { markdownReport } = await import('../tools/check/print/markdown-report.js');

  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  const progress = new Progress(process.stderr);
  const service = await openService(flags, settings);
  const prometheus = await openPrometheus(accessOf(flags, settings), interrupted.signal);
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const context = { prometheus, progress: (line: string) => progress.show(line) };
    const options = await optionsOf(flags, settings, dashboards, prometheus);
    const report = service
      ? await run({ ...context, service }, options, flags.watch, progress, interrupted.signal)
      : await checkDashboardsOnly(context, options);
    const fields = options.catalogue.fields.map(({ section, field }) => `${section}.${field}`);
    const checked = service?.base ?? dashboards.join(', ');
    progress.clear();
    process.stdout.write(
      flags.json ? `${JSON.stringify(report, undefined, 2)}\n` : textReport(report, checked, fields),
    );
    if (flags.report !== undefined) await writeFile(flags.report, markdownReport(report, checked, Date.now()));
    return report.ok ? 0 : 1;
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    progress.clear();
    return 130;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await Promise.all([service?.close(), prometheus?.close()]);
  }
}

async function openService({ url, tokenFile }: Flags, { metricsPrefix: prefix }: Settings) {
  if (url === undefined) return undefined;
  const { readerToken } = await import('../tools/check/service/reader-token.js');
  const { ServiceClient } = await import('../tools/check/service/service-client.js');
  return new ServiceClient({ url, prefix, token: tokenFile === undefined ? undefined : await readerToken(tokenFile) });
}

async function checkDashboardsOnly(context: Omit<Context, 'service'>, options: CheckOptions): Promise<CheckReport> {
  const { runDashboardCheck } = await import('../tools/check/run-check.js');
  return runDashboardCheck(context, options);
}

type Context = Parameters<typeof import('../tools/check/run-check.js').runCheck>[0];

/** One check; with `--watch`, one before and one after it, of which the last counts. */
async function run(
  context: Context,
  options: CheckOptions,
  milliseconds: number | undefined,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<CheckReport> {
  const { runCheck } = await import('../tools/check/run-check.js');
  const first = await runCheck(context, options, interrupted);
  if (milliseconds === undefined) return first;
  const { verdict } = await import('../tools/check/print/text-report.js');
  const { watch } = await import('../tools/check/watch/watch.js');
  progress.note(`before the watch: ${verdict(first)}`);
  const record: WatchRecord = await watch(
    context.service,
    options.catalogue,
    milliseconds,
    options.refresh,
    (line) => progress.report(line),
    interrupted,
  );
  // Interrupted, the report holds what was seen so far, and the rest as at the start.
  const last = interrupted.aborted ? first : await runCheck(context, options, interrupted);
  const criteria = [...last.criteria, ...record.criteria()];
  return { ...last, ok: criteria.every(({ ok }) => ok), criteria, watch: record.report() };
}

function readCheckSettings({ prometheusUrl, preset }: Flags): Settings {
  const env = Object.fromEntries(variables.map((name) => [name, process.env[name]]));
  if (preset !== undefined && preset !== 'auto') env['METRICS_PRESET'] = preset;
  return readSettings({ env, prometheusUrl });
}

function accessOf({ url, prometheusUrl, tokenFile }: Flags, settings: Settings): PrometheusAccess {
  if (url === undefined || prometheusUrl !== undefined || process.env['PROMETHEUS_URL'])
    return { kind: 'direct', settings };
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

/** Names of the metrics of the last day; none without a Prometheus that responds, which the check reports. */
async function recentNames(prometheus: PrometheusApi | undefined): Promise<readonly string[]> {
  const to = Date.now();
  const names = await prometheus?.labelValues('__name__', undefined, { from: to - 24 * 3_600_000, to }).catch(() => []);
  return names ?? [];
}

async function optionsOf(
  { url, strict, quick, preset }: Flags,
  settings: Settings,
  dashboards: readonly string[],
  prometheus: PrometheusApi | undefined,
): Promise<CheckOptions> {
  const { loadFor } = await import('../tools/check/service/measure-handling-times.js');
  const { CheckedCatalogue } = await import('../tools/check/checked-catalogue.js');
  const { detectPresets, presetCatalogue, presets } = await import('../presets/presets.js');
  const detected = preset === 'auto' ? detectPresets(await recentNames(prometheus)) : [];
  const named = presets.filter(({ name }) => (settings.metricsPreset as readonly string[]).includes(name));
  const chosen = detected.length > 0 ? detected : named;
  return {
    load: loadFor(url),
    quick: quick ?? false,
    strict: strict ?? false,
    refresh: {
      evaluationDelay: settings.metricsEvaluationDelay / 1000,
      refreshInterval: settings.metricsRefreshInterval / 1000,
      prometheusTimeout: settings.prometheusTimeout / 1000,
      staleLimit: settings.metricsStaleLimit / 1000,
    },
    recorded: settings.metricsRecorded,
    catalogue: new CheckedCatalogue(presetCatalogue(chosen, true)),
    scope: { selector: settings.metricsSelector, marker: settings.metricsMarker },
    dashboards,
  };
}

function expectDashboardsOnly({ prometheusUrl, watch }: Flags, dashboards: readonly string[]): void {
  const fail = (expected: string): Error => new GatewayzMetricsError('settings_invalid', expected);
  if (dashboards.length === 0)
    throw fail('--url: expected the URL of the service, or --dashboards or --dashboard without it');
  if (watch !== undefined) throw fail('--watch: expected --url beside it');
  if (prometheusUrl === undefined && !process.env['PROMETHEUS_URL']) {
    throw fail('--prometheus-url: expected the URL of a Prometheus, because --url is not set');
  }
}
