import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizeByHost, authorizeByToken, type HostAuthorize } from '../../src/access/create-authorize.js';
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
const open = async (): Promise<TokenStore> => {
  store = await TokenStore.open(file, log, clock);
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
  store?.destroy();
  store = undefined;
  await removeFolder(folder);
});

describe('a reader with a token', () => {
  it('passes with the scope, by name, whatever the case of the scheme', async () => {
    write(entry('widgets', ['metrics']), entry('ops', ['*']));
    const authorize = authorizeByToken(await open());
    expect(await authorize(request('Bearer token-of-widgets'), 'metrics')).toEqual({
      allowed: true,
      principal: 'widgets',
    });
    expect(await authorize(request('bearer token-of-ops'), 'datasource')).toEqual({ allowed: true, principal: 'ops' });
  });

  it('is refused with 403 what it has no scope for', async () => {
    write(entry('widgets', ['metrics']));
    const decision = await authorizeByToken(await open())(request('Bearer token-of-widgets'), 'datasource');
    expect(decision).toMatchObject({
      allowed: false,
      error: { code: 'forbidden', status: 403 },
      challenge: 'Bearer realm="gatewayz-metrics", error="insufficient_scope", scope="datasource"',
    });
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['an unknown token', 'Bearer token-of-nobody'],
    ['the scheme alone', 'Bearer '],
    ['the token alone', 'token-of-widgets'],
    ['a token that looks expired', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjF9.c2lnbmF0dXJl'],
    ['another scheme', 'Basic dG9rZW4tb2Ytd2lkZ2V0cw=='],
    ['two headers', ['Bearer token-of-widgets', 'Bearer token-of-widgets']],
    ['a megabyte', `Bearer ${'x'.repeat(1_000_000)}`],
    ['a token with something behind it', 'Bearer token-of-widgets, Bearer x'],
    ['the digest itself', `Bearer ${digestOf('token-of-widgets').toString('hex')}`],
  ])('is refused with the same 401 for %s', async (_what, header) => {
    write(entry('widgets', ['metrics']));
    const decision = await authorizeByToken(await open())(request(header), 'metrics');
    expect(decision).toMatchObject({
      allowed: false,
      error: { code: 'unauthorized', message: 'Expected a known bearer token.' },
      challenge: 'Bearer realm="gatewayz-metrics"',
    });
  });

  it('is told to wait after twenty failures from one address, while others and right tokens pass', async () => {
    write(entry('widgets', ['metrics']));
    const authorize = authorizeByToken(await open());
    for (let i = 0; i < 20; i += 1) await authorize(request('Bearer wrong'), 'metrics');
    const decision = await authorize(request('Bearer wrong'), 'metrics');
    expect(decision).toMatchObject({ allowed: false, error: { code: 'rate_limited', status: 429 } });
    expect(decision).toHaveProperty('error.retryAfter', expect.any(Number));
    expect(await authorize(request('Bearer wrong', '127.0.0.2'), 'metrics')).toMatchObject({ error: { status: 401 } });
    expect(await authorize(request('Bearer token-of-widgets'), 'metrics')).toMatchObject({ allowed: true });
  });
});

describe('the tokens file', () => {
  it('stops the start when it is faulty, with every line, and when it is not there', async () => {
    write('nonsense', 'more nonsense');
    await expect(open()).rejects.toThrow(/line 1[\s\S]*line 2/);
    file = join(folder, 'absent');
    await expect(open()).rejects.toThrow('cannot be read (ENOENT)');
  });

  it('is read again when it changes, also when another file is put in its place', async () => {
    write(entry('a', ['*']));
    const tokens = await open();
    write(entry('b', ['*']));
    await tokens.reload();
    expect([tokens.find('token-of-a'), tokens.find('token-of-b')?.name]).toEqual([undefined, 'b']);
    writeFileSync(`${file}.new`, `${entry('b', ['*'])}\n${entry('c', ['*'])}`);
    renameSync(`${file}.new`, file);
    await tokens.reload();
    expect(tokens.find('token-of-c')?.name).toBe('c');
  });

  it('is read again when a Kubernetes volume is updated: a link to a folder is replaced, the file itself is not', async () => {
    const version = (name: string, ...content: string[]): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'tokens'), content.join('\n'));
    };
    version('first', entry('a', ['*']));
    symlinkSync('first', join(folder, '..data'));
    file = join(folder, 'linked');
    symlinkSync(join('..data', 'tokens'), file);
    const tokens = await open();
    version('second', entry('b', ['*']));
    symlinkSync('second', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, 'first'), { recursive: true });
    await tokens.reload();
    expect([tokens.find('token-of-a'), tokens.find('token-of-b')?.name]).toEqual([undefined, 'b']);
  });

  it('is read again when only its content has changed, as when a token is replaced and the times are kept', async () => {
    write(entry('a', ['*']));
    const then = new Date('2026-01-01T00:00:00Z');
    utimesSync(file, then, then);
    const tokens = await open();
    const other = formatToken({ name: 'a', scopes: ['*'], digest: digestOf('another token') });
    writeFileSync(file, other);
    utimesSync(file, then, then);
    await tokens.reload();
    expect([tokens.find('token-of-a'), tokens.find('another token')?.name]).toEqual([undefined, 'a']);
  });

  it('lets nobody in any more when it is emptied, and says how many tokens there are', async () => {
    write(entry('a', ['*']));
    const tokens = await open();
    write('');
    await tokens.reload();
    expect(tokens.find('token-of-a')?.name).toBe('a');
    await tokens.reload();
    expect(tokens.find('token-of-a')).toBeUndefined();
    expect(lines).toMatchObject([{ level: 'info', fields: { tokens: 0 } }]);
  });

  it('stays as it was when it is deleted, or a folder comes in its place, until it is there again', async () => {
    write(entry('a', ['*']));
    const tokens = await open();
    rmSync(file);
    for (let i = 0; i < 3; i += 1) await tokens.reload();
    mkdirSync(file);
    for (let i = 0; i < 3; i += 1) await tokens.reload();
    expect(tokens.find('token-of-a')?.name).toBe('a');
    expect(lines.map(({ level, message }) => [level, message])).toEqual(
      Array(2).fill(['error', 'METRICS_TOKENS_FILE: invalid; the old tokens stay valid']),
    );
    expect(lines.map(({ fields }) => fields)).toEqual(
      ['ENOENT', 'EISDIR'].map((code) => ({ reason: `METRICS_TOKENS_FILE: ${file} cannot be read (${code})` })),
    );
    rmSync(file, { recursive: true });
    write(entry('b', ['*']));
    await tokens.reload();
    expect([tokens.find('token-of-a'), tokens.find('token-of-b')?.name]).toEqual([undefined, 'b']);
  });

  it('stays as it was when the new one is faulty, which is said once and without what stands there', async () => {
    write(entry('a', ['*']));
    const tokens = await open();
    write('gwm_canary');
    for (let i = 0; i < 3; i += 1) await tokens.reload();
    expect(tokens.find('token-of-a')?.name).toBe('a');
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain('canary');
    write(entry('b', ['*']));
    await tokens.reload();
    expect(tokens.find('token-of-b')?.name).toBe('b');
  });

  it('is not checked any more after destroy', async () => {
    write(entry('a', ['*']));
    (await open()).destroy();
    expect(clock.timers).toEqual([]);
  });
});

describe('a host that decides itself', () => {
  const decide = (host: HostAuthorize, heard: unknown[] = []) =>
    authorizeByHost(host, (error) => heard.push(error), clock);
  /** As a host in plain JavaScript may do. */
  const odd = (answer: unknown): HostAuthorize => (() => answer) as HostAuthorize;

  it.each([
    [true, { allowed: true, principal: undefined }],
    ['somebody', { allowed: true, principal: 'somebody' }],
  ])('lets a request pass with %j, be it promised', async (answer, decision) => {
    expect(await decide(() => answer)(request(), 'metrics')).toEqual(decision);
    expect(await decide(() => Promise.resolve(answer))(request(), 'metrics')).toEqual(decision);
    expect(clock.timers).toEqual([]);
  });

  it.each([false, '', undefined, null, 0, 1, {}, [], ['somebody'], { allowed: true }])(
    'refuses one with %j, be it promised',
    async (answer) => {
      for (const host of [odd(answer), odd(Promise.resolve(answer))]) {
        expect(await decide(host)(request(), 'metrics')).toMatchObject({
          allowed: false,
          error: { code: 'forbidden', status: 403, message: 'The host application denied the request.' },
        });
      }
    },
  );

  it('is told what is asked for: the request, and whether it is of the metrics or of the datasource', async () => {
    const asked: unknown[] = [];
    const authorize = decide((...args) => asked.push(args) > 0);
    await authorize(request('Bearer x'), 'metrics');
    await authorize(request('Bearer x'), 'datasource');
    expect(asked).toEqual([
      [request('Bearer x'), 'metrics'],
      [request('Bearer x'), 'datasource'],
    ]);
  });

  it('lets nobody in while it throws or rejects, which is heard once until it decides again', async () => {
    const heard: unknown[] = [];
    const failure = new Error('session store is down');
    let host: HostAuthorize = () => {
      throw failure;
    };
    const authorize = decide((...args) => host(...args), heard);
    for (let call = 0; call < 3; call += 1) {
      expect(await authorize(request(), 'metrics')).toMatchObject({ allowed: false, error: { status: 403 } });
    }
    host = () => Promise.reject(failure);
    expect(await authorize(request(), 'metrics')).toMatchObject({ allowed: false, error: { status: 403 } });
    expect(heard).toEqual([failure]);
    host = () => true;
    expect(await authorize(request(), 'metrics')).toMatchObject({ allowed: true });
    host = () => Promise.reject(failure);
    await authorize(request(), 'metrics');
    expect(heard).toEqual([failure, failure]);
  });

  it('lets nobody in when it does not decide within eight seconds, whatever it says later', async () => {
    const heard: unknown[] = [];
    let fail: (error: Error) => void = () => {};
    const late = new Promise<boolean>((_, reject) => {
      fail = reject;
    });
    const decision = decide(() => late, heard)(request(), 'metrics');
    await clock.advance(7_999);
    expect(heard).toEqual([]);
    await clock.advance(1);
    expect(await decision).toMatchObject({ allowed: false, error: { status: 403 } });
    expect(heard).toEqual([new Error('authorize: expected a decision within 8 s, got none')]);
    fail(new Error('too late to matter'));
    await clock.advance(0);
  });
});
