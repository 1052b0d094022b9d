import { METHODS } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { sendRaw } from '../support/raw-http.js';
import { type StartedService, startService } from '../support/start-service.js';
import { until } from '../support/until.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

const metrics = '/prometheus/metrics/docs';
const query = '/prometheus/api/v1/query';
const host = 'Host: gateway\r\n';
const smuggled = `GET /healthz HTTP/1.1\r\n${host}\r\n`;

async function start() {
  const fake = await startFakePrometheus();
  const service = await startService({ prometheusUrl: fake.url });
  return { fake, ...service };
}

/** The `code` and `endpoint` labels that requests were counted under, as `endpoint code`. */
async function countedAs({ url }: Pick<StartedService, 'url'>): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${url}/prometheus/metrics`)).text();
  const lines = text.matchAll(/^gatewayz_metrics_http_requests_total\{(.*)\} (\d+)$/gm);
  return new Map(
    [...lines].map(([, labels = '', count]) => {
      const [, code] = /code="(.*?)"/.exec(labels) ?? [];
      const [, endpoint] = /endpoint="(.*?)"/.exec(labels) ?? [];
      return [`${endpoint} ${code}`, Number(count)];
    }),
  );
}

describe('a request that two readers could read differently is 400, and its connection is closed', () => {
  test.each([
    [
      'length and chunks',
      `POST ${query}`,
      'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
      `0\r\n\r\n${smuggled}`,
    ],
    ['length and chunks, GET', `GET ${metrics}`, 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'],
    ['two lengths', `POST ${query}`, 'Content-Length: 5\r\nContent-Length: 6\r\n', `query${smuggled}`],
    ['one length twice', `POST ${query}`, 'Content-Length: 5\r\nContent-Length: 5\r\n', `query${smuggled}`],
    ['a list of lengths', `POST ${query}`, 'Content-Length: 5, 5\r\n', `query${smuggled}`],
    ['a length below zero', `POST ${query}`, 'Content-Length: -1\r\n', smuggled],
    ['a length that is no decimal', `POST ${query}`, 'Content-Length: 0x5\r\n', `query${smuggled}`],
    ['an unheard-of transfer encoding', `POST ${query}`, 'Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`],
    ['chunks that are not last', `POST ${query}`, 'Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`],
    ['a chunk without a size', `POST ${query}`, 'Transfer-Encoding: chunked\r\n', `x\r\nquery\r\n0\r\n\r\n${smuggled}`],
    ['a chunk line that ends with LF', `POST ${query}`, 'Transfer-Encoding: chunked\r\n', `5;a\nquery\r\n0\r\n\r\n`],
    ['a folded line', `GET ${metrics}`, 'X-Long: a\r\n b\r\n', ''],
    ['a folded token', `GET ${metrics}`, 'Authorization: Bearer\r\n\tcanary\r\n', ''],
    ['a line that ends with LF', `GET ${metrics}`, 'X-Long: a\nX-Short: b\r\n', ''],
    ['a space before the colon', `GET ${metrics}`, 'X-Long : a\r\n', ''],
    ['a zero byte', `GET ${metrics}`, 'X-Long: a\0b\r\n', ''],
    ['a carriage return in a value', `GET ${metrics}`, 'X-Long: a\rb: c\r\n', ''],
  ])('%s', async (_, line, headers, rest) => {
    const { port, fake } = await start();
    const answer = await sendRaw(port, `${line} HTTP/1.1\r\n${host}${headers}\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(answer).not.toContain('canary');
    expect(fake.requests).toEqual([]);
  });

  test('without a host, or in another protocol', async () => {
    const { port } = await start();
    expect(await sendRaw(port, `GET ${metrics} HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(port, `GET ${metrics} HTTP/1.2\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(port, Buffer.from('16030100050100000102', 'hex'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await sendRaw(port, `GET ${metrics} HTTP/1.1\n${host.trim()}\n\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('whatever bytes come, the service goes on', async () => {
    const { port, url } = await start();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        // The last line ends whatever it is the beginning of.
        const answer = await sendRaw(port, Buffer.concat([bytes, Buffer.from('\r\n\r\n\r\n: \r\n\r\n')]));
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      }),
      { numRuns: 50 },
    );
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

test.each([17_000, 1_000_000])('a token of %d bytes is 431, and nothing is read from it', async (length) => {
  const { port, fake, log } = await start();
  const answer = await sendRaw(
    port,
    `GET ${query}?query=up HTTP/1.1\r\n${host}Authorization: Bearer ${'canary'.repeat(length / 6)}\r\n\r\n`,
  );
  // Where the rest of it was still on the way, the connection may be reset before the answer could be read.
  expect(answer).toMatch(/^(HTTP\/1\.1 431 Request Header Fields Too Large\r\n|$)/);
  expect(fake.requests).toEqual([]);
  expect(log.join('')).not.toContain('canary');
});

describe('methods', () => {
  test('that HTTP has are 405 on metrics paths, apart from GET and HEAD, and as in Prometheus on the datasource', async () => {
    const { port } = await start();
    const close = `${host}Connection: close\r\n\r\n`;
    for (const method of METHODS.filter((name) => name !== 'CONNECT')) {
      const [onMetrics] = (await sendRaw(port, `${method} ${metrics} HTTP/1.1\r\n${close}`)).split('\r\n\r\n');
      const [onQuery] = (await sendRaw(port, `${method} ${query} HTTP/1.1\r\n${close}`)).split('\r\n\r\n');
      const read = method === 'GET' || method === 'HEAD';
      expect([method, onMetrics]).toEqual([method, expect.stringContaining(read ? ' 200 OK' : ' 405 ')]);
      if (!read) expect(onMetrics).toContain('\r\nallow: GET, HEAD\r\n');
      if (method === 'OPTIONS') expect(onQuery).toContain(' 204 No Content');
      else if (method !== 'GET' && method !== 'POST')
        expect([method, onQuery]).toEqual([method, expect.stringContaining(' 405 ')]);
    }
  });

  test('10,000 invented ones are 400 each, with our body, and are counted under one name', async () => {
    const { port, url } = await start();
    await fetch(`${url}/prometheus/metrics/nothing`);
    await countedAs({ url });
    const before = [...(await countedAs({ url })).keys()];
    for (let batch = 0; batch < 100; batch += 1) {
      const answers = Array.from({ length: 100 }, (_, index) =>
        sendRaw(port, `BREW${batch}X${index} ${metrics} HTTP/1.1\r\n${host}\r\n`),
      );
      for (const answer of await Promise.all(answers)) {
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).toContain('"code":"bad_request"');
      }
    }
    const after = await countedAs({ url });
    expect([...after.keys()].filter((key) => !before.includes(key))).toEqual(['other 400']);
    expect(after.get('other 400')).toBe(10_000);
  });

  test('10,000 invented paths and queries are counted under one name', async () => {
    const { metrics: handled, url } = await start();
    for (let index = 0; index < 10_000; index += 1) {
      await handled.handle({ method: `M${index}`, url: `/prometheus/metrics/p${index}?q=${index}`, headers: {} });
    }
    const counted = await countedAs({ url });
    expect(counted.get('other 404')).toBe(10_000);
    expect([...counted.keys()].filter((name) => !name.startsWith('scrape'))).toEqual(['other 404']);
  });
});

test('a page of another origin gets no leave, from any path, with any method', async () => {
  const { url } = await start();
  const headers = {
    origin: 'https://evil.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'authorization',
  };
  for (const path of [
    metrics,
    '/prometheus/metrics',
    query,
    '/prometheus/api/v1/labels',
    '/healthz',
    '/readyz',
    '/x',
  ]) {
    for (const method of ['OPTIONS', 'GET', 'POST', 'HEAD']) {
      const response = await fetch(`${url}${path}`, { method, headers });
      await response.arrayBuffer();
      const permissive = [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect([path, method, permissive]).toEqual([path, method, []]);
    }
  }
});

test('what a client puts into its request makes one log line of a bounded length, without the query', async () => {
  const { port, log } = await start();
  const close = `${host}Connection: close\r\n`;
  const paths = [
    `${metrics}?token=canary`,
    `/%0a%7B"level":50%7D/%1b[31m`,
    `/${'a'.repeat(10_000)}?canary`,
    `${query}?query=canary`,
    `http://other.example${metrics}?canary`,
  ];
  for (const path of paths) {
    const headers = `${close}X-Request-Id: a"}{b\r\nAuthorization: Bearer canary\r\n`;
    expect(await sendRaw(port, `GET ${path} HTTP/1.1\r\n${headers}\r\n`)).toMatch(/^HTTP\/1\.1 [24]/);
  }
  // These the parser refuses: nothing of them is anybody's business.
  await sendRaw(port, `GET ${metrics} HTTP/1.1\r\n${close}X-Request-Id: \u001b[31m\r\n\r\n`);
  await sendRaw(port, `GET /\u001b[31m HTTP/1.1\r\n${close}\r\n`);
  await until(() => log.filter((line) => line.includes('answered')).length >= paths.length, {
    what: 'every answer is logged',
  });
  for (const line of log) {
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    expect(line).not.toContain('canary');
    expect(line).not.toContain('\u001b');
    expect(line.length).toBeLessThan(1_000);
    expect(JSON.parse(line).level).toBeLessThanOrEqual(30);
  }
});
