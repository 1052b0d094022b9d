import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program in the project's folder with inherited streams and node_modules/.bin first on PATH. Forwards signals to it.
 * Resolves to its exit code, 128 + n after signal n as in a shell.
 *
 * @param {Record<string, string>} [variables] added to the environment
 */
export function run(command, args, variables = {}) {
  const env = { ...process.env, ...variables };
  const PATH = [join(root, 'node_modules', '.bin'), env.PATH].join(delimiter);
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...env, PATH } });

  // A terminal sends Ctrl-C to the whole foreground group; forwarded, it would arrive twice.
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const forward = (signal) => {
    if (!(terminal && signal === 'SIGINT')) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, forward);

  return new Promise((resolve) => {
    const end = (code) => {
      for (const signal of signals) process.off(signal, forward);
      resolve(code);
    };
    child.once('error', (error) => {
      console.error(`cannot run ${command}: ${error.message}`);
      end(127);
    });
    child.once('exit', (code, signal) => end(code === null ? 128 + constants.signals[signal] : code));
  });
}
