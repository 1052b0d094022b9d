import type { IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ApiError } from '../../src/datasource/api-error.js';
import { judgeResponse } from '../../src/datasource/judge-response.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import { ask, serveDatasource, startDatasource } from './start-datasource.js';

const query = '/api/v1/query?query=up&time=4';
const body = '{"status":"success","data":[]}';

/** An upstream that answers every request with these bytes, and closes the connection. */
async function rawUpstream(...pieces: readonly string[]): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const response = (statusLine: string, headers = ''): string =>
  `${statusLine}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;

describe('a response that no server should send', () => {
  test.each([
    '000 X',
    '001 X',
    '042 X',
    '099 X',
    '101 Switching Protocols',
    '202 Accepted',
    '205 Reset Content',
    '206 Partial Content',
    '299 X',
    '600 X',
    '999 X',
  ])('with the status %s is 502', async (status) => {
    const prometheusUrl = await rawUpstream(response(`HTTP/1.1 ${status}`));
    const { url } = await serveDatasource({ upstream: { prometheusUrl } });
    const answer = await ask(`${url}/prometheus${query}`);
    expect([answer.status, JSON.parse(String(answer.body))]).toMatchObject([502, { status: 'error' }]);
  });

  test('with a Retry-After that is none loses it', async () => {
    const prometheusUrl = await rawUpstream(
      response('HTTP/1.1 503 Unavailable', `Retry-After: ${'soon '.repeat(500)}\r\n`),
    );
    const { url } = await serveDatasource({ upstream: { prometheusUrl } });
    const answer = await ask(`${url}/prometheus${query}`);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, undefined]);
  });

  test('is rejected or forwarded with a status and headers that every server can send', () => {
    const context = {
      gzip: true,
      answerSize: 1000,
      describe: () => ({ source: '', url: new URL('http://prometheus'), credentials: '', secrets: [], now: 0 }),
    };
    const value = fc.option(fc.string({ unit: 'binary-ascii', maxLength: 50 }), { nil: undefined });
    const headers = fc.record({
      'content-type': fc.oneof(fc.constantFrom('application/json', 'text/plain'), value),
      'content-length': value,
      'content-encoding': value,
      'retry-after': value,
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), headers, (status, given) => {
        try {
          const judged = judgeResponse(status, given as IncomingHttpHeaders, context);
          expect([200, 204].includes(judged.status) || (judged.status >= 400 && judged.status <= 599)).toBe(true);
          expect(judged.headers['retry-after'] ?? '1').toMatch(/^[\w ,:+-]{1,40}$/);
        } catch (error) {
          if (!(error instanceof ApiError || error instanceof GatewayzMetricsError)) throw error;
        }
      }),
    );
  });
});

test('a response that breaks off before anything was sent is 503, not a broken connection', async () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n';
  const prometheusUrl = await rawUpstream(head);
  const { url } = await serveDatasource({ upstream: { prometheusUrl } });
  const answer = await ask(`${url}/prometheus${query}`);
  expect([answer.status, JSON.parse(String(answer.body))]).toMatchObject([503, { errorType: 'unavailable' }]);
});

test('an upstream whose headers come long before its body is forwarded whole', async () => {
  const { fake, ask: get } = await startDatasource();
  fake.behave(async (reply) => {
    reply.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    await new Promise((resolve) => setImmediate(resolve));
    reply.write(body.slice(0, 5));
    await new Promise((resolve) => setImmediate(resolve));
    reply.end(body.slice(5));
  });
  expect(String((await get(query)).body)).toBe(body);
});
