import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RunningProgram {
  /** What made it count as ready. */
  readonly match: RegExpExecArray;
  /** What it has written so far, on both streams. */
  readonly output: string;
  /** Sends SIGTERM and waits; gives the exit code, or the signal that ended it. May be called again. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** Milliseconds, for the start and for the end. */
const patience = 30_000;

/**
 * Starts a program (no shell) and waits until its output matches. Rejects, with what it said, where it ends before or takes
 * half a minute; nothing is left running then.
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  ready: RegExp,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunningProgram> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  let output = '';
  let stopped: Promise<number | NodeJS.Signals> | undefined;
  const stop = async () => {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), patience);
    return ended.finally(() => clearTimeout(force));
  };

  let timer: NodeJS.Timeout | undefined;
  const started = new Promise<RegExpExecArray>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`was not ready within ${patience} ms`)), patience);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const match = ready.exec(output);
        if (match) resolve(match);
      });
    }
    ended.then((how) => reject(new Error(`ended with ${how}`)), reject);
  });
  try {
    const match = await started;
    return {
      match,
      get output() {
        return output;
      },
      stop: () => (stopped ??= stop()),
    };
  } catch (cause) {
    await stop().catch(() => {});
    throw new Error(`${[command, ...args].join(' ')}: ${(cause as Error).message}; it said:\n${output}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}
