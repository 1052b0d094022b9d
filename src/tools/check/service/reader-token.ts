import { readFile } from 'node:fs/promises';
import { GatewayzMetricsError } from '../../../errors.js';

/**
 * The bearer token in a file, read anew each time: it may be rotated while we watch. Once it was there, the last good one
 * goes on while the file cannot be read.
 *
 * @throws GatewayzMetricsError `settings_invalid` where there is none now
 */
export async function readerToken(path: string): Promise<() => Promise<string>> {
  let token = await read(path);
  return async () => {
    token = await read(path).catch(() => token);
    return token;
  };
}

async function read(path: string): Promise<string> {
  const fail = (why: string) =>
    new GatewayzMetricsError('settings_invalid', `--token-file: expected a file with one token, got ${path}: ${why}`);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw fail(error.code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${error.code})`);
  });
  const token = text.trim();
  if (token === '') throw fail('it is empty');
  // The content itself is not shown: it may be a secret in the wrong form.
  if (!/^[\x21-\x7e]+$/.test(token)) throw fail('it holds more than one word of visible ASCII characters');
  return token;
}
