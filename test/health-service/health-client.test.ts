import type { ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHealthClient, type HealthClient } from '../../src/health-service/health-client.js';
import { type HealthEndpoint, healthEndpoints } from '../../src/presets/gatewayz/health-families.js';
import { FakeClock } from '../support/fake-clock.js';
import { type FakeHealthService, type FakeReply, startFakeHealthService } from '../support/fake-health-service.js';
import { until } from '../support/until.js';

const never = new AbortController().signal;
let service: FakeHealthService;
let clock: FakeClock;
let clients: HealthClient[];

beforeEach(async () => {
  service = await startFakeHealthService();
  clock = new FakeClock();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await service.close();
});

function clientOf(healthServiceUrl = service.url): HealthClient {
  const settings = {
    healthServiceUrl,
    healthScrapeInterval: 30_000,
    healthTimeout: 10_000,
    metricsStaleLimit: 300_000,
  };
  const client = createHealthClient(settings, clock);
  clients.push(client);
  return client;
}

async function answerTo(reply: FakeReply, endpoint: HealthEndpoint = '/metrics') {
  service.reply(endpoint, reply);
  return clientOf().ask(endpoint, never);
}

describe('a request', () => {
  test('is a plain GET without credentials, below the path prefix', async () => {
    await service.close();
    service = await startFakeHealthService({ prefix: '/monitor/v1' });
    const client = clientOf(`http://someone:hunter2@127.0.0.1:${service.port}/monitor/v1/`);
    for (const endpoint of healthEndpoints) expect((await client.ask(endpoint, never)).fault).toBeUndefined();
    expect(service.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /monitor/v1/health',
      'GET /monitor/v1/status',
      'GET /monitor/v1/metrics',
      'GET /monitor/v1/cache/stats',
    ]);
    for (const { headers } of service.requests) {
      expect(headers.authorization).toBeUndefined();
      expect(JSON.stringify(headers)).not.toContain('hunter2');
    }
  });

  test('uses a connection that is there: three rounds of four at once need no more than four', async () => {
    const client = clientOf();
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(healthEndpoints.map((endpoint) => client.ask(endpoint, never)));
    }
    expect(service.requests).toHaveLength(12);
    expect(new Set(service.requests.map(({ connection }) => connection)).size).toBe(4);
  });

  test('leaves no timer behind', async () => {
    await clientOf().ask('/health', never);
    expect(clock.timers).toEqual([]);
  });
});

describe('an answer is read', () => {
  const body = JSON.stringify({ active_incidents: 4 });

  test.each<[string, FakeReply]>([
    ['whatever content type it claims', { raw: body, headers: { 'content-type': 'text/html' } }],
    ['without a content type', { raw: body }],
    ['after a byte order mark', { raw: `\ufeff${body}` }],
    ['from gzip that was not asked for', { raw: gzipSync(body), headers: { 'content-encoding': 'gzip' } }],
  ])('%s', async (_, reply) => {
    const { fault, readings } = await answerTo(reply);
    expect(fault).toBeUndefined();
    expect(readings.get('gatewayz_health_active_incidents')?.metrics).toEqual([{ labels: {}, value: '4' }]);
  });
});

describe('an answer fails, and the next one is good:', () => {
  const mebibyte = 1024 * 1024;
  const cut = (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': 1000 });
    response.write('{"active_incidents":4}', () => response.destroy());
  };
  const endless = (response: ServerResponse) => {
    const more = () => response.write('x'.repeat(65_536)) || response.destroyed || response.once('drain', more);
    response.writeHead(200).on('error', () => {});
    for (let i = 0; i < 32; i += 1) response.write(' '.repeat(65_536));
    more();
  };

  test.each<[string, FakeReply, string | RegExp]>([
    ['an HTML page', { raw: '<html></html>', headers: { 'content-type': 'text/html' } }, /not a JSON object/],
    ['truncated JSON', { raw: '{"active_incidents":4,"tot' }, /not a JSON object/],
    ['nothing', { raw: '' }, /not a JSON object/],
    ['a connection that breaks in the body', { respond: cut }, 'connection failed (ECONNRESET)'],
    ['a connection that breaks at once', { respond: (r) => void r.destroy() }, 'connection failed (ECONNRESET)'],
    ['what is not HTTP', { respond: (r) => void r.socket?.end('garbage\r\n\r\n') }, /^connection failed \(HPE_/],
    ['a huge body', { raw: `{"active_incidents":4}${' '.repeat(mebibyte)}` }, 'a body of more than 1048576 bytes'],
    ['an endless body', { respond: endless }, 'a body of more than 1048576 bytes'],
    [
      'a small gzip body that inflates to a huge one',
      { raw: gzipSync(`{"active_incidents":4}${' '.repeat(20 * mebibyte)}`), headers: { 'content-encoding': 'gzip' } },
      'a body of more than 1048576 bytes',
    ],
    ['gzip that is none', { raw: '{"a":1}', headers: { 'content-encoding': 'gzip' } }, /^a body that is not gzip/],
    [
      'another compression',
      { raw: brotliCompressSync('{"active_incidents":4}'), headers: { 'content-encoding': 'br' } },
      'HTTP 200 with a compression that was not asked for',
    ],
    ['a status of 404', { status: 404, body: { detail: 'Not Found' } }, 'HTTP 404'],
    ['a status of 500 with a huge body', { status: 500, raw: ' '.repeat(2 * mebibyte) }, /more than|HTTP 500/],
  ])('%s', async (_, reply, fault) => {
    const failed = await answerTo(reply);
    expect(failed.fault).toMatch(fault);
    expect(failed.readings.size).toBe(0);
    service.play('ok');
    expect((await clients[0]?.ask('/metrics', never))?.fault).toBeUndefined();
  });

  test.each([301, 302, 303, 307, 308])('a redirect with status %i, which is not followed', async (status) => {
    const elsewhere = await startFakeHealthService();
    const { fault, readings } = await answerTo({
      status,
      raw: '{"active_incidents":4}',
      headers: { location: `${elsewhere.url}/metrics` },
    });
    expect(fault).toBe(`HTTP ${status}, a redirect, which is not followed`);
    expect(readings.size).toBe(0);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test('nobody listening', async () => {
    const { port } = service;
    await service.close();
    const client = clientOf();
    expect((await client.ask('/health', never)).fault).toBe('connection failed (ECONNREFUSED)');
    service = await startFakeHealthService({ port });
    expect((await client.ask('/health', never)).fault).toBeUndefined();
  });

  test('no answer in time, neither headers nor the rest of a body', async () => {
    const half = (response: ServerResponse) => void response.writeHead(200).write('{"active_incidents":4');
    for (const reply of ['hang', { respond: half }] as const) {
      service.reply('/metrics', reply);
      const before = service.requests.length;
      const answer = clientOf().ask('/metrics', never);
      await until(() => service.requests.length === before + 1, { what: 'the requests have come' });
      await clock.advance(9_999);
      expect(clock.timers).toEqual([1]);
      await clock.advance(1);
      expect((await answer).fault).toBe('no answer within 10 s');
    }
    service.play('ok');
    expect((await clients[0]?.ask('/metrics', never))?.fault).toBeUndefined();
  });
});

describe('breaking off', () => {
  test('ends a request that hangs, and leaves no timer', async () => {
    service.reply('/status', 'hang');
    const controller = new AbortController();
    const answer = clientOf().ask('/status', controller.signal);
    await until(() => service.waiting === 1, { what: 'one request waits' });
    controller.abort();
    expect((await answer).fault).toBeDefined();
    expect(clock.timers).toEqual([]);
    await until(() => service.waiting === 0, { what: 'no request waits' });
  });

  test('before the request, sends none', async () => {
    expect((await clientOf().ask('/status', AbortSignal.abort())).fault).toBeDefined();
    expect(service.requests).toEqual([]);
  });
});
