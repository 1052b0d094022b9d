import { mkdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WatchedFile } from '../../src/settings/watched-file.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  return { ...real, readFile: vi.fn(real.readFile) };
});

let folder: string;
let path: string;
let changes: string[];
let errors: unknown[];
const clock = new FakeClock();

const open = (): WatchedFile<string> =>
  new WatchedFile({
    path,
    parse: (text) => {
      if (text.startsWith('bad')) throw new Error('bad content');
      return text;
    },
    onChange: (value) => changes.push(value),
    onError: (error) => errors.push(error),
    clock,
  });

async function loaded(content: string): Promise<WatchedFile<string>> {
  await writeFile(path, content);
  const file = open();
  await file.load();
  return file;
}

beforeEach(async () => {
  folder = await tempFolder();
  path = join(folder, 'file');
  changes = [];
  errors = [];
});
afterEach(() => removeFolder(folder));

describe('a watched file', () => {
  test('has the value of its content, and another after a change', async () => {
    const file = await loaded('one');
    expect(file.value).toBe('one');
    await writeFile(path, 'two');
    await file.check();
    expect([file.value, changes]).toEqual(['two', ['two']]);
    await file.check();
    expect(changes).toEqual(['two']);
  });

  test('rejects the first read of a missing file or of bad content', async () => {
    await expect(open().load()).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(path, 'bad');
    await expect(open().load()).rejects.toThrow('bad content');
  });

  test('notices content of the same length whose modification time was set back', async () => {
    await writeFile(path, 'one');
    const then = new Date('2026-01-01T00:00:00Z');
    await utimes(path, then, then);
    const file = open();
    await file.load();
    await writeFile(path, 'two');
    await utimes(path, then, then);
    expect(await file.current()).toBe('two');
  });

  test('notices a link that points to another file', async () => {
    for (const name of ['first', 'second']) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'content'), name);
    }
    await symlink('first', join(folder, 'data'));
    path = join(folder, 'data', 'content');
    const file = open();
    await file.load();
    await symlink('second', join(folder, 'new'));
    await rename(join(folder, 'new'), join(folder, 'data'));
    expect(await file.current()).toBe('second');
  });

  test('tries a failed read again, although the file has not changed since', async () => {
    const file = await loaded('one');
    await writeFile(path, 'two');
    vi.mocked(readFile).mockRejectedValueOnce(Object.assign(new Error('too many open files'), { code: 'EMFILE' }));
    await file.check();
    expect([file.value, errors]).toMatchObject(['one', [{ code: 'EMFILE' }]]);
    await file.check();
    expect(file.value).toBe('two');
  });

  test('keeps the last good value while the content is bad or missing, and reports each problem once', async () => {
    const file = await loaded('one');
    await writeFile(path, 'bad');
    for (let i = 0; i < 3; i += 1) await file.check();
    expect([file.value, errors]).toMatchObject(['one', [{ message: 'bad content' }]]);
    await rm(path);
    for (let i = 0; i < 3; i += 1) await file.check();
    expect([file.value, errors.length]).toEqual(['one', 2]);
    await writeFile(path, 'two');
    await file.check();
    expect(file.value).toBe('two');
  });

  test('takes emptiness as meant only at the second check in a row', async () => {
    const file = await loaded('one');
    await writeFile(path, '');
    await file.check();
    expect(file.value).toBe('one');
    await writeFile(path, 'two');
    await file.check();
    expect(file.value).toBe('two');
    await writeFile(path, '');
    await file.check();
    await file.check();
    expect(file.value).toBe('');
  });

  test('is checked in the background until it is destroyed', async () => {
    const file = await loaded('one');
    file.watch();
    await writeFile(path, 'two');
    await clock.advance(2_000);
    await until(() => file.value === 'two', { what: 'the change is seen' });
    await until(() => clock.timers.length === 1, { what: 'the next check is due' });
    file.destroy();
    expect(clock.timers).toEqual([]);
  });
});
