import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/access/token-store.js';
import { formatToken, type Scope } from '../../src/access/tokens-file.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { listeningAt, type RunningCli, startCli } from '../support/run-cli.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

/** The service looks at its file every two seconds, which may be more on a busy machine. */
const within = 60_000;

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const summary = '/prometheus/metrics/summary';
const query = '/prometheus/api/v1/query?query=up';
const makeToken = (): string => `gwm_${randomBytes(32).toString('base64url')}`;
const lineOf = (name: string, token: string, scopes: readonly Scope[] = ['*']): string =>
  formatToken({ name, scopes, digest: digestOf(token) });
const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

interface Served {
  readonly cli: RunningCli;
  readonly url: string;
  readonly port: number;
  readonly fake: FakePrometheus;
  readonly file: string;
  readonly token: string;
}

/** The service with one reader, whose token may do everything. */
async function serve(): Promise<Served> {
  const fake = await startFakePrometheus();
  cleanUps.push(() => fake.close());
  const folder = await tempFolder();
  cleanUps.push(() => removeFolder(folder));
  const file = join(folder, 'tokens');
  const token = makeToken();
  writeFileSync(file, lineOf('ops', token));
  const cli = startCli(['serve'], {
    PORT: '0',
    PROMETHEUS_URL: fake.url,
    METRICS_TOKENS_FILE: file,
    LOG_LEVEL: 'debug',
  });
  cleanUps.push(() => cli.kill('SIGKILL'));
  const url = await listeningAt(cli);
  return { cli, url, port: Number(new URL(url).port), fake, file, token };
}

/** Sends text as it is; resolves to all that comes until the connection is closed. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk;
    });
    // A service that has heard enough may reset what we still send.
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

const rawRequest = (path: string, ...headers: string[]): string =>
  `${[`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

describe('refused requests', { timeout: 180_000 }, () => {
  it('get a uniform answer and never reach Prometheus', async () => {
    const { port, url, fake, token } = await serve();
    const right = `Authorization: Bearer ${token}`;
    const cases: Record<string, string[]> = {
      none: [],
      empty: ['Authorization:'],
      wrong: [`Authorization: Bearer ${makeToken()}`],
      'one character more': [`${right}x`],
      'one character less': [right.slice(0, -1)],
      'the same twice': [right, right],
      'a right and a wrong one': [right, 'Authorization: Bearer wrong'],
      'a wrong and a right one': ['Authorization: Bearer wrong', right],
      'in the query only': [],
    };
    const answers = new Map<string, string>();
    for (const [name, headers] of Object.entries(cases)) {
      const path = name === 'in the query only' ? `${summary}?token=${token}&access_token=${token}` : summary;
      const answer = await sendRaw(port, rawRequest(path, ...headers));
      answers.set(name, answer.replace(/^Date: .*$/im, ''));
    }
    const [first = ''] = answers.values();
    expect(first).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
    expect(first).toMatch(/^www-authenticate: Bearer realm="gatewayz-metrics"\r$/im);
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries([...answers.keys()].map((name) => [name, first])));
    const datasource = await sendRaw(port, rawRequest(query, right, right));
    expect(datasource).toMatch(/^HTTP\/1\.1 401 /);
    expect(fake.requests).toEqual([]);
    expect((await fetch(url + query, { headers: bearer(token) })).status).toBe(200);
  });

  it('get 431 for a header of a megabyte, and are let go', async () => {
    const { port, fake, url } = await serve();
    const answer = await sendRaw(port, rawRequest(summary, `Authorization: Bearer ${'x'.repeat(1_000_000)}`));
    // Where the reset overtakes the answer, nothing comes.
    expect(answer === '' || answer.startsWith('HTTP/1.1 431 ')).toBe(true);
    expect(fake.requests).toEqual([]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('have no body for HEAD, but the challenge', async () => {
    const { url } = await serve();
    const answer = await fetch(url + summary, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('www-authenticate'), await answer.text()]).toEqual([
      401,
      'Bearer realm="gatewayz-metrics"',
      '',
    ]);
  });

  it('are told to wait after many failures, of both APIs together, while right tokens pass from the same address', async () => {
    const { url, token } = await serve();
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 20; attempt += 1) {
      statuses.push((await fetch(url + (attempt % 2 === 0 ? summary : query), { headers: bearer('wrong') })).status);
    }
    expect(new Set(statuses)).toEqual(new Set([401]));
    const limited = await fetch(url + summary, { headers: bearer('wrong') });
    expect([limited.status, await limited.json()]).toEqual([
      429,
      { error: { code: 'rate_limited', message: 'Too many failed logins.' } },
    ]);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(limited.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    const datasource = await fetch(url + query);
    expect(datasource.status).toBe(429);
    expect(Number(datasource.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    for (const path of ['/prometheus/metrics/docs', query]) {
      expect((await fetch(url + path, { headers: bearer(token) })).status).toBe(200);
    }
    const scheme = await fetch(url + query, { headers: { authorization: `bearer ${token}` } });
    expect(scheme.status).toBe(200);
  });
});

describe('a tokens file that changes under a running service', { timeout: 180_000 }, () => {
  it('counts at once when it is replaced; a broken or deleted one is told of, and what was before stays', async () => {
    const { cli, url, file, token } = await serve();
    const statusOf = async (value: string): Promise<number> =>
      (await fetch(url + query, { headers: bearer(value) })).status;
    const told = (text: string): number => cli.stdout.filter((line) => line.includes(text)).length;
    const next = makeToken();
    writeFileSync(`${file}.new`, lineOf('ops', next));
    renameSync(`${file}.new`, file);
    await until(() => told('METRICS_TOKENS_FILE: reloaded') === 1, { what: 'the file is read again', within });
    expect([await statusOf(token), await statusOf(next)]).toEqual([401, 200]);

    const secret = makeToken();
    writeFileSync(file, `ops * ${secret}\n`);
    const kept = 'METRICS_TOKENS_FILE: invalid; the old tokens stay valid';
    await until(() => told(kept) === 1, { what: 'the broken file is told of', within });
    expect(cli.stdout.find((line) => line.includes(kept))).toContain('line 1: expected NAME SCOPES sha256:DIGEST');
    expect([await statusOf(secret), await statusOf(next)]).toEqual([401, 200]);

    rmSync(file);
    await until(() => told(kept) === 2, { what: 'the missing file is told of', within });
    expect(await statusOf(next)).toBe(200);
    writeFileSync(file, lineOf('ops', token));
    await until(() => told('METRICS_TOKENS_FILE: reloaded') === 2, { what: 'the file is read again', within });
    expect([await statusOf(token), await statusOf(next)]).toEqual([200, 401]);
    expect(cli.stdout.join()).not.toContain(secret);
  });
});

describe('a token', { timeout: 180_000 }, () => {
  it('is in no log line, no answer and no metric, wherever it was sent', async () => {
    const { cli, url, token, fake } = await serve();
    fake.behave((response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<p>boom</p>'));
    const wrong = makeToken();
    const texts: string[] = [];
    for (const secret of [token, wrong]) {
      const places: [string, Record<string, string>][] = [
        [summary, bearer(secret)],
        [query, bearer(secret)],
        [`${summary}?token=${secret}`, bearer(secret)],
        [`${query}&token=${secret}`, bearer(secret)],
        [`/prometheus/metrics/${secret}`, bearer(secret)],
        [`/${secret}?${secret}`, {}],
        ['/healthz', { ...bearer(secret), 'x-request-id': secret, cookie: secret, referer: secret }],
        [summary, { authorization: secret }],
        [summary, { authorization: `Basic ${secret}` }],
      ];
      for (const [path, headers] of places) {
        const answer = await fetch(url + path, { headers });
        texts.push(JSON.stringify([...answer.headers]), await answer.text());
      }
    }
    texts.push(await (await fetch(`${url}/prometheus/metrics`, { headers: bearer(token) })).text());
    await until(() => cli.stdout.filter((line) => line.includes('"answered"')).length >= 19, {
      what: 'all answers are logged',
      within,
    });
    texts.push(...cli.stdout, ...cli.stderr);
    for (const secret of [token, wrong]) {
      expect(texts.filter((text) => text.includes(secret) || text.includes(encodeURIComponent(secret)))).toEqual([]);
      expect(texts.join()).not.toContain(secret.slice(4));
    }
  });
});

describe('browsers', { timeout: 180_000 }, () => {
  it('may take no answer for another type, show none in a frame, and let no page of another origin read one', async () => {
    const { url, token } = await serve();
    const asked: [string, string, RequestInit?][] = [
      ['GET', summary, { headers: bearer(token) }],
      ['GET', summary],
      ['POST', summary],
      ['OPTIONS', summary],
      ['GET', '/prometheus/metrics', { headers: bearer(token) }],
      ['GET', '/prometheus/metrics/docs', { headers: bearer(token) }],
      ['GET', '/prometheus/metrics/nothing'],
      ['GET', query, { headers: bearer(token) }],
      ['GET', query],
      ['OPTIONS', query, { headers: bearer(token) }],
      ['GET', '/prometheus/api/v1/nothing', { headers: bearer(token) }],
      ['GET', '/healthz'],
      ['GET', '/readyz'],
      ['GET', '/nothing'],
      ['POST', '/healthz'],
      ['OPTIONS', '/healthz'],
    ];
    for (const [method, path, { headers = {} } = {}] of asked) {
      const answer = await fetch(url + path, {
        method,
        headers: {
          ...(headers as Record<string, string>),
          origin: 'https://evil.example',
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
      await answer.arrayBuffer();
      const cors = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
      const { headers: given } = answer;
      expect([method, path, given.get('x-content-type-options'), given.get('x-frame-options'), cors]).toEqual([
        method,
        path,
        'nosniff',
        'DENY',
        [],
      ]);
    }
  });
});
