import { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { tokenFile } from '../../src/prometheus/token-file.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

let path: string;
let time: number;
const now = () => time;

beforeEach(async () => {
  const folder = await tempFolder();
  onTestFinished(() => removeFolder(folder));
  path = join(folder, 'token');
  time = 0;
});

test('white space around the token does not count', async () => {
  await writeFile(path, '\n first-token \r\n');
  expect(await tokenFile(path, now)()).toBe('first-token');
});

test('a changed file is read again, but not before three seconds are over', async () => {
  await writeFile(path, 'first-token');
  const read = tokenFile(path, now);
  expect(await read()).toBe('first-token');
  await writeFile(path, 'second-token');
  time = 2999;
  expect(await read()).toBe('first-token');
  time = 3000;
  expect(await read()).toBe('second-token');
});

test('a token of the same length is noticed by the time of change', async () => {
  await writeFile(path, 'token-1');
  await utimes(path, 1, 1);
  const read = tokenFile(path, now);
  await read();
  await writeFile(path, 'token-2');
  await utimes(path, 2, 2);
  time = 3000;
  expect(await read()).toBe('token-2');
});

test('a file that is replaced by another is noticed even if the time of change stays', async () => {
  await writeFile(path, 'token-1');
  await utimes(path, 1, 1);
  const read = tokenFile(path, now);
  await read();
  await writeFile(`${path}.new`, 'token-2');
  await utimes(`${path}.new`, 1, 1);
  await rename(`${path}.new`, path);
  time = 3000;
  expect(await read()).toBe('token-2');
});

test('while the file is missing or holds no token, the last good one goes on', async () => {
  await writeFile(path, 'first-token');
  const read = tokenFile(path, now);
  await read();
  await rm(path);
  time = 3000;
  expect(await read()).toBe('first-token');
  await writeFile(path, '');
  time = 6000;
  expect(await read()).toBe('first-token');
  await writeFile(path, 'second-token');
  time = 9000;
  expect(await read()).toBe('second-token');
});

test('a file that has never had a token is an error that names setting and file, and is tried again', async () => {
  const read = tokenFile(path, now);
  const missing = {
    code: 'settings_invalid',
    message: expect.stringMatching(/PROMETHEUS_TOKEN_FILE.*token, .*ENOENT/),
  };
  await expect(read()).rejects.toMatchObject(missing);
  await writeFile(path, 'token');
  await expect(read()).rejects.toMatchObject(missing);
  time = 3000;
  expect(await read()).toBe('token');
});

test.each(['two words', 'two\nlines', 'umlaut-ü', 'null\0byte', '\u200b'])(
  'a file with %j is refused without being quoted',
  async (content) => {
    await writeFile(path, `canary${content}canary`);
    const error: unknown = await tokenFile(path, now)().catch((caught) => caught);
    expect(error).toMatchObject({ code: 'settings_invalid', message: expect.stringContaining(path) });
    expect(inspect(error, { depth: 9 })).not.toContain('canary');
  },
);

test('those who ask at once share one look at the file', async () => {
  await writeFile(path, 'token');
  const read = tokenFile(path, now);
  expect(read()).toBe(read());
});
