import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayzMetricsError } from '../../../errors.js';
import { freePort } from './free-port.js';

interface StartSettings {
  /** Path of the prometheus executable. */
  readonly binary: string;
  /** Database folder, created if absent. It may already hold blocks and is not removed. */
  readonly dataDir: string;
  /** Default: a free port. */
  readonly port?: number;
  /** Additional flags, such as `--storage.tsdb.retention.time=1d`. */
  readonly extraArgs?: readonly string[];
  /** Called with each log line of Prometheus. */
  readonly log?: (line: string) => void;
}

/** Options of `startPrometheus`. `configText` is written to `<dataDir>/prometheus.yml`; its paths are relative to that folder. */
export type StartOptions = StartSettings & ({ readonly configFile: string } | { readonly configText: string });

export interface RunningPrometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Sends SIGTERM, SIGKILL ten seconds later, and waits for the exit. May be called more than once. */
  close(): Promise<void>;
}

const readyTimeout = 60_000;
const closeTimeout = 10_000;
const maxPortAttempts = 3;

/**
 * Starts Prometheus on 127.0.0.1 and waits until it is ready. The child process ends with this process, except after SIGKILL.
 *
 * @throws {GatewayzMetricsError} tool_unavailable with the last log lines, if Prometheus exits or is not ready within a minute
 */
export async function startPrometheus(options: StartOptions): Promise<RunningPrometheus> {
  const configFile = await placeConfig(options);
  if (options.port !== undefined) return launch(options, configFile, await requireFree(options.port));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options, configFile, await freePort());
    } catch (error) {
      // Another process took the port in between.
      if (attempt === maxPortAttempts || !String(error).includes('address already in use')) throw error;
    }
  }
}

async function placeConfig(options: StartOptions): Promise<string> {
  await mkdir(options.dataDir, { recursive: true });
  if ('configFile' in options) return options.configFile;
  const path = join(options.dataDir, 'prometheus.yml');
  await writeFile(path, options.configText);
  return path;
}

/** Rejects if the port is in use; otherwise another Prometheus there would be taken for ours. */
async function requireFree(port: number): Promise<number> {
  try {
    return await freePort(port);
  } catch (cause) {
    throw unavailable(
      `127.0.0.1:${port} is in use by another process. Stop that process or choose another port for Prometheus.`,
      cause,
    );
  }
}

async function launch(options: StartOptions, configFile: string, port: number): Promise<RunningPrometheus> {
  const child = spawn(
    options.binary,
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${options.dataDir}`,
      `--web.listen-address=127.0.0.1:${port}`,
      ...(options.extraArgs ?? []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.push(line);
      if (lastLines.length > 10) lastLines.shift();
      options.log?.(line);
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  void ended.then(() => process.off('exit', killAtExit));

  const url = `http://127.0.0.1:${port}`;
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= end(child, ended));
  try {
    await once(child, 'spawn');
    if (child.pid === undefined) throw new TypeError('a started process has no pid');
    await ready(url, child);
    return { url, port, pid: child.pid, close };
  } catch (cause) {
    await close();
    const logged = lastLines.length > 0 ? `; last log lines:\n${lastLines.join('\n')}` : '';
    throw unavailable(`Prometheus (${options.binary}) did not start: ${(cause as Error).message}${logged}`, cause);
  }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyTimeout;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`exited with ${child.signalCode ?? `code ${child.exitCode}`}`);
    const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    await delay(50);
  }
  throw new Error(`not ready within ${readyTimeout / 1000} s`);
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), closeTimeout);
  await ended;
  clearTimeout(force);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function unavailable(message: string, cause: unknown): GatewayzMetricsError {
  return new GatewayzMetricsError('tool_unavailable', message, { cause });
}
