import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createMetrics } from '../../src/metrics.js';
import { createStandalone, defaultConnectionLimits } from '../../src/standalone.js';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { type RawConnection, rawConnection } from '../support/raw-http.js';
import { type StartedService, startService } from '../support/start-service.js';
import { until } from '../support/until.js';
import { playWholeGateway } from '../support/whole-gateway.js';

// On a machine that has other work.
vi.setConfig({ testTimeout: 120_000 });

const host = 'Host: gateway\r\n';
const form = 'Content-Type: application/x-www-form-urlencoded\r\n';

async function start(limits: Parameters<typeof startService>[1] = {}) {
  const fake = await startFakePrometheus();
  onTestFinished(() => fake.close());
  playWholeGateway(fake);
  return { fake, ...(await startService({ prometheusUrl: fake.url }, limits)) };
}

/** Sends the text one character after the other, for ever at its last. */
function drip({ socket }: RawConnection, text: string): void {
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(text.charAt(Math.min(sent, text.length - 1)));
    sent += 1;
  }, 20);
  socket.once('close', () => clearInterval(timer));
}

/** That the service is there for others, of each kind of path. */
async function servesOthers({ url }: StartedService): Promise<void> {
  for (const path of [
    '/healthz',
    '/prometheus/metrics/summary',
    '/prometheus/metrics',
    '/prometheus/api/v1/label/job/values',
  ]) {
    const response = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
    await response.arrayBuffer();
    expect([path, response.status]).toEqual([path, 200]);
  }
}

async function allClosed(connections: readonly RawConnection[], { port }: StartedService): Promise<void> {
  await until(() => connections.every(({ socket }) => socket.closed), {
    what: `all connections to ${port} are closed`,
    within: 30_000,
  });
}

test('the service has a limit for each, which Node.js does not have by default', async () => {
  const metrics = await createMetrics({ env: {}, metricsWorker: false });
  const { server, close } = createStandalone(metrics, pino({ level: 'silent' }));
  onTestFinished(() => close());
  const { headersTimeout, requestTimeout } = defaultConnectionLimits;
  expect(server).toMatchObject({ headersTimeout, requestTimeout });
  for (const limit of Object.values(defaultConnectionLimits)) expect(limit).toBeGreaterThan(0);
});

describe('a client that sends slowly', () => {
  test('500 connections with half a header are closed in time, and others are served meanwhile', async () => {
    const service = await start();
    const slow = await Promise.all(Array.from({ length: 500 }, () => rawConnection(service.port)));
    for (const { socket } of slow) socket.write('GET /prometheus/metrics/summary HTTP/1.1\r\nHost: gate');
    await servesOthers(service);
    await allClosed(slow, service);
    expect(new Set(slow.map(({ received }) => received.split('\r\n', 1)[0]))).toEqual(
      new Set(['HTTP/1.1 408 Request Timeout']),
    );
    expect(service.fake.requests.filter(({ path }) => path.endsWith('/label/job/values'))).toHaveLength(1);
    await until(async () => (await service.connections()) <= 4, { what: 'only kept connections are left' });
  });

  test('and never stops sending has no more time for that', async () => {
    const service = await start();
    const slow = await rawConnection(service.port);
    drip(slow, 'GET /prometheus/metrics/summary HTTP/1.1\r\nX-A: aaa');
    await allClosed([slow], service);
    expect(slow.received).not.toContain(' 200 ');
  });

  test('or sends nothing at all is let go too', async () => {
    const service = await start();
    const silent = await rawConnection(service.port);
    await allClosed([silent], service);
  });

  test.each(['query=up', 'query=u'])(
    'its body, up to "%s", is not waited for longer than a request may take',
    async (body) => {
      const service = await start();
      const slow = await rawConnection(service.port);
      slow.socket.write(`POST /prometheus/api/v1/query HTTP/1.1\r\n${host}${form}Content-Length: 4000\r\n\r\n`);
      drip(slow, body);
      await servesOthers(service);
      await allClosed([slow], service);
      expect(slow.received).not.toContain(' 200 ');
      expect(service.fake.requests.filter(({ promql }) => promql.startsWith('u'))).toEqual([]);
    },
  );

  test('neither is the body of a request that takes none', async () => {
    const service = await start();
    const slow = await rawConnection(service.port);
    slow.socket.write(`GET /prometheus/metrics/docs HTTP/1.1\r\n${host}Content-Length: 4000\r\n\r\n`);
    drip(slow, 'x');
    await allClosed([slow], service);
  });
});

describe('a client that reads slowly', () => {
  test('is cut off in time, with less than it was promised, and others are served meanwhile', async () => {
    const service = await start({ responseTimeout: 4_000 });
    await servesOthers(service);
    const slow = await rawConnection(service.port);
    slow.socket.pause();
    // More than all buffers between us hold.
    const request = `GET /prometheus/metrics/docs HTTP/1.1\r\n${host}\r\n`;
    slow.socket.write(request.repeat(1_000));
    await servesOthers(service);
    await until(async () => (await service.connections()) === 0, {
      what: 'the service has closed the connection',
      within: 30_000,
    });
    await until(() => service.log.some((line) => line.includes('broken off')), { what: 'the log says so' });
    slow.socket.resume();
    await slow.closed;
    const answers = slow.received.split('HTTP/1.1 200 OK').slice(1);
    expect(answers.length).toBeLessThan(1_000);
    const [headers = '', body = ''] = answers.at(-1)!.split('\r\n\r\n');
    expect(body.length).toBeLessThan(Number(/content-length: (\d+)/i.exec(headers)?.[1]));
  });

  test('of the datasource has more time, because a query may take it, but not more than that', async () => {
    const service = await start({ responseTimeout: 100, datasourceTimeout: 1_500 });
    service.fake.behave((response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{'));
    const slow = await rawConnection(service.port);
    slow.socket.write(`GET /prometheus/api/v1/query?query=up HTTP/1.1\r\n${host}\r\n`);
    await until(() => slow.received.endsWith('{\r\n'), { what: 'the answer begins' });
    await slow.closed;
    // Without its last chunk: nobody takes it for the whole.
    expect(slow.received).toMatch(/1\r\n\{\r\n$/);
    await until(() => service.fake.openConnections === 0, { what: 'the call upstream is given up' });
  });
});
