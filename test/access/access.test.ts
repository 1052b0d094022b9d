import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizeByHost, authorizeByToken } from '../../src/access/create-authorize.js';
import { digestOf, TokenStore } from '../../src/access/token-store.js';
import { formatToken, type Scope } from '../../src/access/tokens-file.js';
import type { MetricsRequest } from '../../src/http/message.js';
import { FakeClock } from '../support/fake-clock.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

let folder: string;
let file: string;
let clock: FakeClock;
let lines: { level: string; message: string; fields: object }[];
let store: TokenStore | undefined;

const log = {
  info: (fields: object, message: string) => void lines.push({ level: 'info', message, fields }),
  error: (fields: object, message: string) => void lines.push({ level: 'error', message, fields }),
};
const entry = (name: string, scopes: readonly Scope[]): string =>
  formatToken({ name, scopes, digest: digestOf(`token-of-${name}`) });
const write = (...content: string[]): void => writeFileSync(file, content.join('\n'));
const open = (): TokenStore => {
  store = new TokenStore(file, log, clock);
  return store;
};
const request = (authorization?: string | string[], remoteAddress = '127.0.0.1'): MetricsRequest => ({
  method: 'GET',
  url: '/prometheus/metrics/summary',
  headers: authorization === undefined ? {} : { authorization },
  remoteAddress,
});

beforeEach(async () => {
  folder = await tempFolder();
  file = join(folder, 'tokens');
  clock = new FakeClock();
  lines = [];
});
afterEach(async () => {
  store?.close();
  store = undefined;
  await removeFolder(folder);
});

describe('a reader with a token', () => {
  it('passes with the scope, by name, whatever the case of the scheme', async () => {
    write(entry('widgets', ['metrics']), entry('ops', ['*']));
    const authorize = authorizeByToken(open());
    expect(await authorize(request('Bearer token-of-widgets'), 'metrics')).toEqual({
      allowed: true,
      principal: 'widgets',
    });
    expect(await authorize(request('bearer token-of-ops'), 'datasource')).toEqual({ allowed: true, principal: 'ops' });
  });

  it('is refused with 403 what it has no scope for', async () => {
    write(entry('widgets', ['metrics']));
    const decision = await authorizeByToken(open())(request('Bearer token-of-widgets'), 'datasource');
    expect(decision).toMatchObject({ allowed: false, error: { code: 'forbidden', status: 403 } });
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['an unknown token', 'Bearer token-of-nobody'],
    ['another scheme', 'Basic dG9rZW4tb2Ytd2lkZ2V0cw=='],
    ['two headers', ['Bearer token-of-widgets', 'Bearer token-of-widgets']],
    ['a megabyte', `Bearer ${'x'.repeat(1_000_000)}`],
    ['a token with something behind it', 'Bearer token-of-widgets, Bearer x'],
    ['the digest itself', `Bearer ${digestOf('token-of-widgets').toString('hex')}`],
  ])('is refused with the same 401 for %s', async (_what, header) => {
    write(entry('widgets', ['metrics']));
    const decision = await authorizeByToken(open())(request(header), 'metrics');
    expect(decision).toMatchObject({
      allowed: false,
      error: { code: 'unauthorized', message: 'Expected a bearer token that is known here.' },
    });
  });

  it('is told to wait after twenty failures from one address, while others and right tokens pass', async () => {
    write(entry('widgets', ['metrics']));
    const authorize = authorizeByToken(open());
    for (let i = 0; i < 20; i += 1) await authorize(request('Bearer wrong'), 'metrics');
    const decision = await authorize(request('Bearer wrong'), 'metrics');
    expect(decision).toMatchObject({ allowed: false, error: { code: 'rate_limited', status: 429 } });
    expect(decision).toHaveProperty('error.retryAfter', expect.any(Number));
    expect(await authorize(request('Bearer wrong', '127.0.0.2'), 'metrics')).toMatchObject({ error: { status: 401 } });
    expect(await authorize(request('Bearer token-of-widgets'), 'metrics')).toMatchObject({ allowed: true });
  });
});

describe('the tokens file', () => {
  it('stops the start when it is faulty, with every line, and when it is not there', () => {
    write('nonsense', 'more nonsense');
    expect(open).toThrow(/line 1[\s\S]*line 2/);
    file = join(folder, 'absent');
    expect(open).toThrow('cannot be read');
  });

  it('is read again when it changes, also when another file is put in its place', async () => {
    write(entry('a', ['*']));
    const tokens = open();
    write(entry('b', ['*']));
    await clock.advance(2_000);
    expect([tokens.find('token-of-a'), tokens.find('token-of-b')?.name]).toEqual([undefined, 'b']);
    writeFileSync(`${file}.new`, `${entry('b', ['*'])}\n${entry('c', ['*'])}`);
    renameSync(`${file}.new`, file);
    await clock.advance(2_000);
    expect(tokens.find('token-of-c')?.name).toBe('c');
  });

  it('stays as it was when the new one is faulty, which is said once and without what stands there', async () => {
    write(entry('a', ['*']));
    const tokens = open();
    write('gwm_canary');
    await clock.advance(10_000);
    expect(tokens.find('token-of-a')?.name).toBe('a');
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('canary');
    write(entry('b', ['*']));
    await clock.advance(2_000);
    expect(tokens.find('token-of-b')?.name).toBe('b');
  });

  it('is not looked at any more after close', async () => {
    write(entry('a', ['*']));
    open().close();
    expect(clock.timers).toEqual([]);
  });
});

describe('a host that decides itself', () => {
  it.each([
    [true, { allowed: true, principal: undefined }],
    ['somebody', { allowed: true, principal: 'somebody' }],
  ])('lets a request pass with %j', async (answer, decision) => {
    expect(
      await authorizeByHost(
        () => answer,
        () => {},
      )(request(), 'metrics'),
    ).toEqual(decision);
  });

  it.each([false, ''])('refuses one with %j', async (answer) => {
    const decision = await authorizeByHost(
      () => Promise.resolve(answer),
      () => {},
    )(request(), 'metrics');
    expect(decision).toMatchObject({ allowed: false, error: { code: 'forbidden' } });
  });

  it('lets nobody in when it throws, and hears of it', async () => {
    const heard: unknown[] = [];
    const authorize = authorizeByHost(
      () => {
        throw new Error('session store is down');
      },
      (error) => heard.push(error),
    );
    expect(await authorize(request(), 'metrics')).toMatchObject({ allowed: false });
    expect(heard).toHaveLength(1);
  });
});
