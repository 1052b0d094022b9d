import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayzMetricsError } from '../../../errors.js';
import { findProgram, isExecutable } from './find-program.js';
import { hasDebianPackages, type ProvisionOptions, provisionDebianPackage } from './provision-debian-package.js';
import { runCommand } from './run-command.js';

/** Paths of prometheus and promtool, and their version, such as `2.53.3`. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
  readonly version: string;
}

const advice =
  'install Prometheus (https://prometheus.io/download) so that prometheus and promtool are on PATH, ' +
  'or set PROMETHEUS_BIN to the folder that holds them';

/**
 * Finds or downloads Prometheus: the executable or folder in `PROMETHEUS_BIN`, else the one on PATH, else the system's package
 * (unpacked into the cache folder on Debian and Ubuntu, installed by Homebrew on a Mac). Starts no daemon.
 *
 * @throws {GatewayzMetricsError} settings_invalid for a wrong `PROMETHEUS_BIN`, tool_unavailable otherwise
 */
export async function provisionPrometheus(
  options: ProvisionOptions & { readonly platform?: NodeJS.Platform } = {},
): Promise<PrometheusPrograms> {
  const { onProgress = () => {}, env = process.env, platform = process.platform } = options;

  const named = env['PROMETHEUS_BIN'] ?? '';
  if (named !== '') return withVersion(await programsAt(named, env));

  const onPath = await findProgram('prometheus', env);
  const found = onPath === undefined ? undefined : await withPromtool(onPath, env);
  if (found !== undefined) return withVersion(found);

  if (platform === 'darwin') return withVersion(await fromHomebrew(env, onProgress));
  if (await hasDebianPackages(env)) {
    const folder = join(await provisionDebianPackage('prometheus', { env, onProgress }), 'usr', 'bin');
    return withVersion({ prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') });
  }
  throw unavailable(`Prometheus is not on PATH and cannot be downloaded on this system: ${advice}`);
}

type Programs = Omit<PrometheusPrograms, 'version'>;

async function programsAt(named: string, env: NodeJS.ProcessEnv): Promise<Programs> {
  const isFolder = (await stat(named).catch(() => undefined))?.isDirectory() === true;
  const prometheus = isFolder ? join(named, 'prometheus') : named;
  const invalid = (what: string) =>
    new GatewayzMetricsError(
      'settings_invalid',
      `PROMETHEUS_BIN: expected the path of the prometheus executable or its folder, with promtool in the same folder or on ` +
        `PATH, got "${named}", which has no executable ${what}`,
    );
  if (!(await isExecutable(prometheus))) throw invalid(isFolder ? 'prometheus' : 'file');
  const programs = await withPromtool(prometheus, env);
  if (programs === undefined) throw invalid('promtool');
  return programs;
}

async function withPromtool(prometheus: string, env: NodeJS.ProcessEnv): Promise<Programs | undefined> {
  const beside = join(dirname(prometheus), 'promtool');
  const promtool = (await isExecutable(beside)) ? beside : await findProgram('promtool', env);
  return promtool === undefined ? undefined : { prometheus, promtool };
}

async function fromHomebrew(env: NodeJS.ProcessEnv, onProgress: (line: string) => void): Promise<Programs> {
  const brew = await findProgram('brew', env);
  if (brew === undefined) throw unavailable(`neither Prometheus nor Homebrew is on PATH: ${advice}`);
  onProgress('Installing Prometheus: brew install prometheus');
  const { output } = await runCommand(brew, ['install', 'prometheus'], { env, onLine: onProgress });
  // Homebrew links executables into its own folder.
  const programs = await withPromtool(join(dirname(brew), 'prometheus'), env);
  if (programs !== undefined) return programs;
  throw unavailable(`brew install prometheus failed: ${advice}. Output:\n${output.trimEnd()}`);
}

async function withVersion(programs: Programs): Promise<PrometheusPrograms> {
  await versionOf(programs.promtool);
  return { ...programs, version: await versionOf(programs.prometheus) };
}

/** Also checks that the executable runs on this system. */
async function versionOf(program: string): Promise<string> {
  const { output } = await runCommand(program, ['--version']).catch((cause: unknown) => ({ output: String(cause) }));
  const version = /, version (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version !== undefined) return version;
  const printed = output.trimEnd() || 'nothing';
  throw unavailable(
    `expected "${program} --version" to print a version, got: ${printed}\nTo use another Prometheus: ${advice}`,
  );
}

function unavailable(message: string): GatewayzMetricsError {
  return new GatewayzMetricsError('tool_unavailable', message);
}
