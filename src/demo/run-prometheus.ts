import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayzMetricsError } from '../errors.js';
import { freePort } from './free-port.js';

interface StartSettings {
  /** Path of the prometheus program. */
  readonly binary: string;
  /** Folder of the database; made if absent. It may hold blocks already, and stays when Prometheus has stopped. */
  readonly dataDir: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Further flags, such as `--storage.tsdb.retention.time=1d`. */
  readonly extraArgs?: readonly string[];
  /** Gets each line that Prometheus logs. */
  readonly log?: (line: string) => void;
}

/** `configText` is written to `<dataDir>/prometheus.yml`; paths in it are relative to that folder. */
export type StartOptions = StartSettings & ({ readonly configFile: string } | { readonly configText: string });

export interface RunningPrometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the process and waits until it is gone; may be called again. SIGTERM first, SIGKILL ten seconds later. */
  stop(): Promise<void>;
}

const readyWithin = 60_000;
const stopWithin = 10_000;
const portRaces = 3;

/**
 * Starts Prometheus on 127.0.0.1 and waits until it answers queries. Rejects with `tool_unavailable`, and what Prometheus
 * last logged, when it ends by itself or is not ready within a minute; nothing is left running then. Does not outlive
 * this process, unless that is killed.
 */
export async function startPrometheus(options: StartOptions): Promise<RunningPrometheus> {
  const configFile = await placeConfig(options);
  if (options.port !== undefined) return launch(options, configFile, await claimed(options.port));
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(options, configFile, await freePort());
    } catch (error) {
      // Somebody took the port between our look and Prometheus's.
      if (attempt === portRaces || !String(error).includes('address already in use')) throw error;
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

/** Without this look, another Prometheus on the port would answer in the place of ours. */
async function claimed(port: number): Promise<number> {
  try {
    return await freePort(port);
  } catch (cause) {
    throw unavailable(
      `Prometheus cannot listen on 127.0.0.1:${port}, something else does: stop it or choose a port`,
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
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= end(child, ended);
    return stopped;
  };
  try {
    await once(child, 'spawn');
    if (child.pid === undefined) throw new TypeError('a started process has no pid');
    await ready(url, child);
    return { url, port, pid: child.pid, stop };
  } catch (cause) {
    await stop();
    const said = lastLines.length > 0 ? `; it last said:\n${lastLines.join('\n')}` : '';
    throw unavailable(`Prometheus (${options.binary}) did not start: ${(cause as Error).message}${said}`, cause);
  }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + readyWithin;
  while (Date.now() < deadline) {
    if (hasEnded(child)) throw new Error(`it ended with ${child.signalCode ?? `code ${child.exitCode}`}`);
    const response = await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok === true) return;
    await delay(50);
  }
  throw new Error(`it was not ready within ${readyWithin / 1000} s`);
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), stopWithin);
  await ended;
  clearTimeout(force);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function unavailable(message: string, cause: unknown): GatewayzMetricsError {
  return new GatewayzMetricsError('tool_unavailable', message, { cause });
}
