import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasDebianPackages } from '../../src/tools/demo/prometheus/provision-debian-package.js';
import { codeBlocks } from '../support/code-blocks.js';
import { type DebianPython, provisionDebianPython } from '../support/debian-python.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { freePort } from '../support/free-port.js';
import { listen } from '../support/listen.js';
import { listeningAt, type RunningCli, startCli } from '../support/run-cli.js';
import { type RunningProgram, startProgram } from '../support/start-program.js';

const folder = fileURLToPath(new URL('../../examples/fastapi', import.meta.url));
const debian = await hasDebianPackages();

test('the router has 30 lines at most', async () => {
  const lines = (await readFile(`${folder}/metrics_routes.py`, 'utf8')).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(30);
});

test('the README starts service and backend with a command each', () => {
  const [start] = codeBlocks('examples/fastapi/README.md');
  expect(start?.text.trimEnd().split('\n')).toEqual([
    'node ../../scripts/bootstrap.mjs node dist/cli/main.js serve',
    'uvicorn main:app --port 3000',
  ]);
  expect(existsSync(`${folder}/../../scripts/bootstrap.mjs`)).toBe(true);
});

describe.runIf(debian)('the FastAPI example', () => {
  let python: DebianPython;
  let upstream: FakePrometheus;
  let service: RunningCli;
  let serviceUrl: string;
  let backend: RunningProgram;
  let url: string;

  async function startBackend(metricsUrl: string): Promise<[RunningProgram, string]> {
    const args = ['-m', 'uvicorn', 'main:app', '--host', '127.0.0.1', '--port', '0'];
    const env = { ...python.env, GATEWAYZ_METRICS_URL: metricsUrl };
    const program = await startProgram(python.program, args, /running on (http:\/\/[\d.:]+)/, { cwd: folder, env });
    return [program, program.match[1]!];
  }

  beforeAll(async () => {
    python = await provisionDebianPython('python3-fastapi', 'python3-httpx', 'python3-uvicorn');
    upstream = await startFakePrometheus();
    upstream.labels({ __name__: ['fastapi_requests_total'] });
    upstream.answer((promql) =>
      promql.includes('fastapi') ? [{ labels: { status_code: '200' }, value: '12345' }] : [],
    );
    // One refresh is all there is: answers are compared.
    const settings = { PORT: '0', METRICS_REFRESH_INTERVAL: '1h', METRICS_EVALUATION_DELAY: '0s' };
    service = startCli(['serve'], { PROMETHEUS_URL: upstream.url, ...settings });
    serviceUrl = await listeningAt(service);
    [backend, url] = await startBackend(serviceUrl);
  });

  afterAll(async () => {
    await backend?.stop();
    service?.kill('SIGTERM');
    await service?.ended;
    await upstream?.close();
  });

  /** What arrives on the wire, but for what belongs to the connection or to the second of asking. */
  async function ask(base: string, path: string, options: object = {}) {
    const { statusCode, headers, body } = await request(base + path, options);
    const { date, connection, server, 'keep-alive': _alive, age, 'cache-control': cache, ...rest } = headers;
    const bytes = Buffer.from(await body.arrayBuffer());
    const once = [typeof age, typeof date];
    return { statusCode, headers: rest, bytes, cache: String(cache).replace(/\d+/, 'n'), once };
  }

  test.each([
    ['the summary', '/prometheus/metrics/summary', {}],
    ['its numbers, by the query', '/prometheus/metrics/summary?values=number', {}],
    ['text', '/prometheus/metrics/system', {}],
    ['OpenMetrics', '/prometheus/metrics/all', { headers: { accept: 'application/openmetrics-text; version=1.0.0' } }],
    ['gzip', '/prometheus/metrics/all', { headers: { 'accept-encoding': 'gzip' } }],
    ['HEAD', '/prometheus/metrics/system', { method: 'HEAD' }],
    ['Markdown', '/prometheus/metrics/docs', {}],
    ['404', '/prometheus/metrics/nothing%20here', {}],
    ['405', '/prometheus/metrics/all', { method: 'POST', body: 'x' }],
  ])('forwards %s as it is', async (_what, path, options) => {
    const direct = await ask(serviceUrl, path, options);
    expect(await ask(url, path, options)).toEqual(direct);
    expect(direct.statusCode).toBe(
      { '/prometheus/metrics/nothing%20here': 404 }[path] ?? ('body' in options ? 405 : 200),
    );
  });

  test('an answer is compressed only for those who can read it', async () => {
    const plain = await ask(url, '/prometheus/metrics/all');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const gzip = await ask(url, '/prometheus/metrics/all', { headers: { 'accept-encoding': 'gzip' } });
    expect(gunzipSync(gzip.bytes).toString()).toBe(plain.bytes.toString());
  });

  test('If-None-Match is answered with 304 and no body', async () => {
    const { etag } = (await ask(url, '/prometheus/metrics/all')).headers;
    const again = await ask(url, '/prometheus/metrics/all', { headers: { 'if-none-match': String(etag) } });
    expect([again.statusCode, again.headers['etag'], again.bytes.length]).toEqual([304, etag, 0]);
  });

  test('bytes are handed on as they come, and path, query, body and repeated headers stay as they are', async () => {
    const seen: unknown[] = [];
    let response: ServerResponse | undefined;
    const scripted = await listen(
      createServer((incoming, answer) => {
        const body: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => body.push(chunk));
        incoming.on('end', () => {
          seen.push([incoming.method, incoming.url, String(Buffer.concat(body)), incoming.headers['authorization']]);
          answer.writeHead(200, [
            ['x-many', 'one'],
            ['x-many', 'two'],
          ]);
          answer.write('first');
          response = answer;
        });
      }),
    );
    const [other, otherUrl] = await startBackend(scripted);
    try {
      const answer = await request(`${otherUrl}/prometheus/api/v1/label/a%2Fb/values?x=%20`, {
        method: 'POST',
        headers: { authorization: 'Bearer of-news' },
        body: 'query=up',
      });
      expect(answer.headers['x-many']).toEqual(['one', 'two']);
      const chunks = answer.body[Symbol.asyncIterator]();
      expect(String((await chunks.next()).value)).toBe('first');
      response?.end('last');
      expect(String((await chunks.next()).value)).toBe('last');
      expect(seen).toEqual([['POST', '/prometheus/api/v1/label/a%2Fb/values?x=%20', 'query=up', 'Bearer of-news']]);
    } finally {
      await other.stop();
    }
  });

  test('a service that is down is 503, and the gateway goes on', async () => {
    const [other, otherUrl] = await startBackend(`http://127.0.0.1:${await freePort()}`);
    try {
      const { statusCode, bytes } = await ask(otherUrl, '/prometheus/metrics/summary');
      expect([statusCode, JSON.parse(String(bytes))]).toMatchObject([503, { error: { code: 'unavailable' } }]);
      const chat = { model: 'parrot', messages: [{ role: 'user', content: 'Hello' }] };
      const answer = await fetch(`${otherUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(chat),
      });
      expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'Hello' } }] });
    } finally {
      await other.stop();
    }
  });
});
