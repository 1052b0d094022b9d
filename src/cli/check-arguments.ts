import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.js';
import { GatewayzMetricsError } from '../errors.js';

/** Appends a value of an option that may be repeated. */
export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

export async function expectPath(option: string, path: string, kind: 'file' | 'folder'): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (kind === 'folder' ? found?.isDirectory() : found?.isFile()) return;
  throw new GatewayzMetricsError('settings_invalid', `${option}: expected a ${kind}, got ${resolve(path)}`);
}

/** Before the check, which may take a day. */
export async function expectWritable(file: string): Promise<void> {
  await writeFile(file, '', { flag: 'a' }).catch((error: NodeJS.ErrnoException) => {
    const message = `--report: expected a writable file, got ${resolve(file)} (${error.code})`;
    throw new GatewayzMetricsError('settings_invalid', message);
  });
}

export function address(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError('expected a URL such as http://backend:8000.');
  }
  const { origin, pathname, username, search, hash } = new URL(text);
  if (username !== '') throw new InvalidArgumentError('expected a URL without user name and password.');
  if (search !== '' || hash !== '') throw new InvalidArgumentError('expected a URL without query and fragment.');
  return (origin + pathname).replace(/\/+$/, '');
}

export function period(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds < 1000) {
    throw new InvalidArgumentError('expected a duration of 1s or more, such as 24h.');
  }
  return milliseconds;
}
