import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PrometheusSettings } from '../../src/prometheus/prometheus-settings.js';
import type { Behaviour } from '../support/fake-prometheus.js';
import {
  apiError,
  hang,
  hangUp,
  plainText,
  redirect,
  reply,
  reset,
  resetMidBody,
  truncateChunks,
} from '../support/fake-upstream-behaviours.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { clientOf, errorOf, startClient } from './start-client.js';

const canary = 'Canary-7D1f';

async function fileWith(text: string): Promise<string> {
  const folder = await tempFolder();
  onTestFinished(() => removeFolder(folder));
  const path = join(folder, 'file');
  await writeFile(path, text);
  return path;
}

/** The headers that one query was sent with. */
async function headersOf(settings: Partial<PrometheusSettings>) {
  const { fake, ask } = await startClient(settings);
  await ask();
  return fake.requests[0]!.headers;
}

describe('what is sent', () => {
  test('is a bearer token', async () => {
    expect(await headersOf({ prometheusToken: canary })).toMatchObject({ authorization: `Bearer ${canary}` });
  });

  test('is the token in a file', async () => {
    const prometheusTokenFile = await fileWith(`${canary}\n`);
    expect(await headersOf({ prometheusTokenFile })).toMatchObject({ authorization: `Bearer ${canary}` });
  });

  test('is user name and password in UTF-8', async () => {
    const { authorization = '' } = await headersOf({ prometheusUsername: 'jörg', prometheusPassword: 'pass:wörd' });
    expect(authorization).toMatch(/^Basic /);
    expect(Buffer.from(authorization.slice(6), 'base64').toString()).toBe('jörg:pass:wörd');
  });

  test('is the tenant', async () => {
    expect(await headersOf({ prometheusTenant: 'team-a|team-b' })).toMatchObject({ 'x-scope-orgid': 'team-a|team-b' });
  });

  test('is none of them when none is set', async () => {
    const headers = await headersOf({});
    expect([headers.authorization, headers['x-scope-orgid']]).toEqual([undefined, undefined]);
  });

  test('goes with label requests as well', async () => {
    const { fake, client } = await startClient({ prometheusToken: canary });
    await client.metricNames(undefined, 0, new AbortController().signal);
    expect(fake.requests[0]!.headers.authorization).toBe(`Bearer ${canary}`);
  });

  test('never goes to where a redirect points, not even on the same host', async () => {
    const other = await startClient();
    const { fake, ask } = await startClient({ prometheusToken: canary });
    fake.behave(redirect(`${other.fake.url}/api/v1/query`, 308));
    await errorOf(ask());
    fake.behave(redirect('/elsewhere', 307));
    await errorOf(ask());
    expect(other.fake.connections).toBe(0);
    expect(fake.requests.map(({ path }) => path)).toEqual(['/api/v1/query', '/api/v1/query']);
  });

  test('is nothing at all while the token file has no token, and that is told', async () => {
    const prometheusTokenFile = await fileWith('');
    const { fake, ask } = await startClient({ prometheusTokenFile });
    expect(await errorOf(ask())).toMatchObject({
      code: 'settings_invalid',
      message: `PROMETHEUS_TOKEN_FILE: expected a token in ${prometheusTokenFile}, but it is empty`,
    });
    expect(fake.requests).toEqual([]);
  });
});

describe('no secret is in an error', () => {
  const json = { 'content-type': 'application/json' };
  const success = (data: unknown) => reply(JSON.stringify({ status: 'success', data }));
  /** A proxy for debugging, or an attacker: uses the `Authorization` that it got. */
  const echoed =
    (behave: (authorization: string) => Behaviour): Behaviour =>
    (response, request) =>
      behave(request.headers.authorization ?? '')(response, request);
  const echo = (status: number, type: string) =>
    echoed((authorization) => {
      const [, value = ''] = authorization.split(' ');
      const error = `${authorization} ${value} ${Buffer.from(value, 'base64')}`;
      const body = type === 'text/plain' ? error : JSON.stringify({ status: 'error', errorType: error, error });
      return reply(body, { status, headers: { 'content-type': type, location: `/${value}?${value}` } });
    });
  const behaviours: readonly (readonly [string, Behaviour])[] = [
    ...[200, 302, 400, 401, 403, 404, 422, 429, 500, 502, 503].flatMap((status) => [
      [`an echo in text with HTTP ${status}`, echo(status, 'text/plain')] as const,
      [`an echo in JSON with HTTP ${status}`, echo(status, 'application/json')] as const,
    ]),
    ['an echo as content type', echoed((text) => reply('', { headers: { 'content-type': `text/${text}` } }))],
    ['an echo as encoding', echoed((text) => reply('{}', { headers: { ...json, 'content-encoding': text } }))],
    ['an echo as data', echoed((text) => success(text))],
    ['an echo as type', echoed((text) => success({ resultType: text, result: text }))],
    ['an echo as value', echoed((text) => success({ resultType: 'scalar', result: [1, text] }))],
    ['an echo in broken JSON', echoed((text) => reply(text))],
    ['an echo in broken HTTP', echoed((text) => (response) => response.socket?.end(`nonsense ${text}\r\n\r\n`))],
    ['an error', apiError(422, 'execution', 'no')],
    ['a redirect', redirect('/')],
    ['plain text', plainText(503, 'no')],
    ['a reset', reset],
    ['a closed connection', hangUp],
    ['a reset in the middle', resetMidBody],
    ['a cut answer', truncateChunks('close')],
    ['no answer', hang],
  ];
  const ways: readonly (readonly [string, () => Promise<Partial<PrometheusSettings>>])[] = [
    ['token', async () => ({ prometheusToken: canary })],
    ['token file', async () => ({ prometheusTokenFile: await fileWith(canary) })],
    ['password', async () => ({ prometheusUsername: 'user', prometheusPassword: canary })],
  ];

  test.each(ways)('whatever the upstream does: %s', async (_, settings) => {
    const { fake, ask } = await startClient({ ...(await settings()), prometheusTimeout: 300 });
    const pair = Buffer.from(`user:${canary}`).toString('base64');
    for (const [name, behaviour] of behaviours) {
      fake.recover();
      fake.behave(behaviour);
      const error = await errorOf(ask());
      const shown = [
        JSON.stringify(error),
        inspect(error, { depth: 20, showHidden: true, getters: true, maxStringLength: null }),
        error.message,
        String(error.stack),
      ];
      expect(shown.join('\n').toLowerCase(), name).not.toContain(canary.toLowerCase());
      expect(shown.join('\n').toLowerCase(), name).not.toContain(pair.toLowerCase());
    }
  });

  test('and neither in one about a host that cannot be reached', async () => {
    const prometheusUrl = `http://user:${canary}@127.0.0.1:1/?token=${canary}`;
    const client = clientOf({ prometheusUrl, prometheusToken: canary });
    const error = await errorOf(client.query('up', 0, new AbortController().signal));
    expect(error.message).toContain('Prometheus at http://127.0.0.1:1: ');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(canary);
  });

  test('and none is in the client itself, should somebody log it', async () => {
    const { client, ask } = await startClient({ prometheusToken: canary });
    await ask();
    expect(inspect(client, { depth: 20, showHidden: true })).not.toContain(canary);
  });
});

describe('a private certificate authority', () => {
  const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
  const prometheusCaFile = fixture('localhost.crt');
  const tls = { cert: readFileSync(prometheusCaFile, 'utf8'), key: readFileSync(fixture('localhost.key'), 'utf8') };

  test('is trusted when its file is given', async () => {
    const { fake, ask } = await startClient({ prometheusCaFile, prometheusToken: canary }, { tls });
    expect((await ask()).vector).toEqual([]);
    expect((await ask()).vector).toEqual([]);
    expect(fake.requests).toHaveLength(2);
  });

  test('is not trusted otherwise, and then nothing is sent', async () => {
    const { fake, ask } = await startClient({ prometheusToken: canary }, { tls });
    expect(await errorOf(ask())).toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringMatching(/^Prometheus at https:.*PROMETHEUS_CA_FILE \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/),
    });
    expect(fake.requests).toEqual([]);
  });

  test.each([
    ['no PEM', 'trust me'],
    ['nothing', ''],
    ['half a certificate', tls.cert.slice(0, 200)],
    ['a key', tls.key],
  ])('in a file with %s stops the start with setting and file', async (_, content) => {
    const path = await fileWith(content);
    const create = () => clientOf({ prometheusUrl: 'https://127.0.0.1:1', prometheusCaFile: path });
    expect(create).toThrow(
      expect.objectContaining({ code: 'settings_invalid', message: expect.stringContaining(path) }),
    );
    expect(create).toThrow(/^PROMETHEUS_CA_FILE: /);
    expect(create).not.toThrow(/trust me|PRIVATE/);
  });

  test('in a file that is missing stops the start', async () => {
    const create = () => clientOf({ prometheusUrl: 'https://127.0.0.1:1', prometheusCaFile: '/nowhere/ca.pem' });
    expect(create).toThrow(/PROMETHEUS_CA_FILE.*\/nowhere\/ca\.pem: there is no such file/);
  });
});
