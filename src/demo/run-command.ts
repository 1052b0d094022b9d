import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface CommandOptions {
  readonly cwd?: string;
  /** Default: this process's own. Its PATH is also where the command is looked for. */
  readonly env?: NodeJS.ProcessEnv;
  /** Text for the command's standard input, which is empty without it. */
  readonly stdin?: string;
  /** Called for each line on either stream, as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** Exit code; -1 for a command that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  /** Both streams, in order of arrival. */
  readonly output: string;
}

/** Runs a program (no shell) to its end, whatever its exit code. Rejects where it cannot be started. */
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
  // A program may end without having read its input; its exit code tells more than the broken pipe.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, output }));
  });
}
