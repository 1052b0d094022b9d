import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from './until.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface RunningCli {
  readonly pid: number;
  /** Lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(signal: NodeJS.Signals): void;
}

/** The built command, with `env` and PATH as its whole environment. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningCli {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    pid: child.pid!,
    stdout: linesOf(child.stdout),
    stderr: linesOf(child.stderr),
    ended: endOf(child),
    kill: (signal) => void child.kill(signal),
  };
}

export interface CliResult {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command to its end. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const cli = startCli(args, env);
  const code = await cli.ended;
  return { code, stdout: cli.stdout.join('\n'), stderr: cli.stderr.join('\n') };
}

/** The address that `serve` logs once it listens. */
export function listeningAt(cli: RunningCli): Promise<string> {
  return until(() => /Server listening at (http:\/\/[^"]+)"/.exec(cli.stdout.join('\n'))?.[1], {
    what: `the service listens; it wrote ${JSON.stringify(cli.stderr)}`,
    // Processes begin slowly on a machine that is busy with other tests.
    within: 60_000,
  });
}

/** Resolves once `serve` at this address says that a data source has answered. */
export async function readyAt(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/readyz`)).status === 200, {
    what: 'the service is ready',
    within: 30_000,
  });
}

function linesOf(stream: NodeJS.ReadableStream): string[] {
  const lines: string[] = [];
  createInterface({ input: stream }).on('line', (line) => lines.push(line));
  return lines;
}

async function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return code ?? signal!;
}
