import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayzMetricsError } from '../errors.js';
import { findProgram, isProgram } from './find-program.js';
import { hasDebianPackages, type ProvisionOptions, provisionDebianPackage } from './provision-debian-package.js';
import { runCommand } from './run-command.js';

/** Paths of two programs that belong together, and their version, as in `2.53.3`. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
  readonly version: string;
}

const advice =
  'install Prometheus (https://prometheus.io/download) so that prometheus and promtool are on PATH, ' +
  'or set PROMETHEUS_BIN to the folder that holds them';

/**
 * A Prometheus that can be started: the one `PROMETHEUS_BIN` names (the program, or the folder with it), else the one on
 * PATH, else the system's package, unpacked into the cache folder on Debian and Ubuntu and installed by Homebrew on a Mac.
 * No daemon is started. Rejects with `settings_invalid` for a wrong `PROMETHEUS_BIN`, else with `tool_unavailable`; both
 * say what to do.
 *
 * `platform` is as in `process.platform`, which is its default.
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
  throw unavailable(`there is no Prometheus on PATH, and no known way to get one on this system: ${advice}`);
}

type Programs = Omit<PrometheusPrograms, 'version'>;

async function programsAt(named: string, env: NodeJS.ProcessEnv): Promise<Programs> {
  const isFolder = (await stat(named).catch(() => undefined))?.isDirectory() === true;
  const prometheus = isFolder ? join(named, 'prometheus') : named;
  const wrong = (what: string) =>
    new GatewayzMetricsError(
      'settings_invalid',
      `PROMETHEUS_BIN: expected the path of the prometheus program or of the folder that holds it, with promtool beside ` +
        `it or on PATH; got "${named}", where there is no program ${what}`,
    );
  if (!(await isProgram(prometheus))) throw wrong(isFolder ? 'prometheus' : 'at all');
  const programs = await withPromtool(prometheus, env);
  if (programs === undefined) throw wrong('promtool');
  return programs;
}

async function withPromtool(prometheus: string, env: NodeJS.ProcessEnv): Promise<Programs | undefined> {
  const beside = join(dirname(prometheus), 'promtool');
  const promtool = (await isProgram(beside)) ? beside : await findProgram('promtool', env);
  return promtool === undefined ? undefined : { prometheus, promtool };
}

async function fromHomebrew(env: NodeJS.ProcessEnv, onProgress: (line: string) => void): Promise<Programs> {
  const brew = await findProgram('brew', env);
  if (brew === undefined) throw unavailable(`there is neither a Prometheus nor Homebrew on PATH: ${advice}`);
  onProgress('installing Prometheus: brew install prometheus');
  const { output } = await runCommand(brew, ['install', 'prometheus'], { env, onLine: onProgress });
  // Homebrew links programs into the folder it is in itself.
  const programs = await withPromtool(join(dirname(brew), 'prometheus'), env);
  if (programs !== undefined) return programs;
  throw unavailable(`brew install prometheus did not work: ${advice}. It said:\n${output.trimEnd()}`);
}

async function withVersion(programs: Programs): Promise<PrometheusPrograms> {
  await versionOf(programs.promtool);
  return { ...programs, version: await versionOf(programs.prometheus) };
}

/** Also proves that the program can run here at all. */
async function versionOf(program: string): Promise<string> {
  const { output } = await runCommand(program, ['--version']).catch((cause: unknown) => ({ output: String(cause) }));
  const version = /, version (\d+\.\d+\.\d+)/.exec(output)?.[1];
  if (version !== undefined) return version;
  const said = output.trimEnd() || 'nothing';
  throw unavailable(`"${program} --version" should tell a version, but told: ${said}\nTo use another: ${advice}`);
}

function unavailable(message: string): GatewayzMetricsError {
  return new GatewayzMetricsError('tool_unavailable', message);
}
