import { readFile } from 'node:fs/promises';
import { GatewayzMetricsError } from '../../../errors.js';

/**
 * Reads the bearer token from a file each time, so it may be rotated during a watch. While the file cannot be read, the last good
 * token stays in use.
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
  // The content may be a secret, so it is not shown.
  if (!/^[\x21-\x7e]+$/.test(token)) throw fail('it contains more than one word of visible ASCII characters');
  return token;
}
