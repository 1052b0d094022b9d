import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandOptions {
  readonly cwd?: string;
  /** Default: this process's environment. Its PATH is searched for the command. */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard input; default: empty. */
  readonly stdin?: string;
  /** Called for each line of either stream as it arrives. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** Exit code; -1 if a signal ended the command. */
  readonly code: number;
  readonly stdout: string;
  /** stdout and stderr in order of arrival. */
  readonly output: string;
}

/** Runs a program without a shell and resolves at its end, whatever the exit code. Rejects if it cannot be started. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd, env = process.env, stdin = '', onLine } = options;
  const child = spawn(command, args, { cwd, env, stdio: 'pipe' });
  let stdout = '';
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (stream === child.stdout) stdout += text;
    });
    if (onLine !== undefined) createInterface({ input: stream }).on('line', onLine);
  }
  // A program may exit without reading its input; the exit code says more than EPIPE.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, output }));
  });
}
