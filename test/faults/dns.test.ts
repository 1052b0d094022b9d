import dns from 'node:dns';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { OriginPool } from '../../src/http-client/origin-pool.js';
import type { SummaryDocument } from '../../src/render/summary.js';
import { startService } from '../support/start-service.js';
import { until } from '../support/until.js';

type Resolver = (name: string) => string | Error;

/** Looks names that end with `.test` up as told, from now on until the test has finished; the others as ever. */
function resolveNames(): { set: (resolver: Resolver) => void; readonly lookups: readonly string[] } {
  const lookups: string[] = [];
  let resolver: Resolver = () => unknown('ENOTFOUND');
  const real = dns.lookup;
  const lookup = (name: string, options: dns.LookupOptions, callback: (...result: unknown[]) => void) => {
    if (!name.endsWith('.test')) return real(name, options, callback as never);
    lookups.push(name);
    const address = resolver(name);
    setImmediate(() => {
      if (address instanceof Error) callback(address);
      else if (options.all) callback(null, [{ address, family: 4 }]);
      else callback(null, address, 4);
    });
  };
  const spy = vi.spyOn(dns, 'lookup').mockImplementation(lookup as never);
  onTestFinished(() => spy.mockRestore());
  return {
    set: (given) => {
      resolver = given;
    },
    lookups,
  };
}

function unknown(code: 'ENOTFOUND' | 'EAI_AGAIN'): Error {
  return Object.assign(new Error(`getaddrinfo ${code}`), { code });
}

/** A Prometheus on one address of this machine that knows one metric, and says `value` for it. */
async function prometheusAt(address: string, port: number, value: string): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    void text(request).then((form) => {
      const names = ['fastapi_requests_total'];
      const vector = {
        resultType: 'vector',
        result: [{ metric: {}, value: [Number(new URLSearchParams(form).get('time')), value] }],
      };
      const data = request.url?.includes('/label/') ? names : vector;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'success', data }));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  onTestFinished(() => stop(server));
  return { port: (server.address() as AddressInfo).port, server };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

test('a name that cannot be resolved, then can, then means another address, needs no restart', async () => {
  const names = resolveNames();
  const first = await prometheusAt('127.0.0.1', 0, '1');
  const service = await startService({
    prometheusUrl: `http://prometheus.test:${first.port}`,
    metricsRefreshInterval: '200ms',
    metricsEvaluationDelay: 0,
  });
  const summary = async (): Promise<SummaryDocument> =>
    (await (await fetch(`${service.url}/prometheus/metrics/summary`)).json()) as SummaryDocument;
  const requestsAre = (value: string) =>
    until(async () => (await summary()).metrics?.['http']?.['total_requests'] === value, {
      what: `${value} is shown`,
      within: 30_000,
    });
  const logged = (words: string) =>
    until(() => service.log.some((line) => line.includes(words)), { what: `"${words}" is logged` });

  expect(await summary()).toMatchObject({ status: 'unavailable' });
  await logged('no such host');
  names.set(() => unknown('EAI_AGAIN'));
  expect(await summary()).toMatchObject({ status: 'unavailable' });
  names.set(() => '127.0.0.1');
  await requestsAre('1');

  // As when a container is replaced: the old address is gone, and then nobody knows the name for a while.
  await stop(first.server);
  names.set(() => unknown('EAI_AGAIN'));
  await until(async () => (await summary()).status === 'stale', { what: 'the summary is stale', within: 30_000 });
  await prometheusAt('127.0.0.2', first.port, '2');
  names.set(() => '127.0.0.2');
  await requestsAre('2');
  expect(await summary()).toMatchObject({ status: 'ok' });
});

test('a changed address is followed although the old one still answers, after 1000 requests of a connection', async () => {
  const names = resolveNames();
  names.set(() => '127.0.0.1');
  const { port } = await prometheusAt('127.0.0.1', 0, 'old');
  await prometheusAt('127.0.0.2', port, 'new');
  const pool = new OriginPool(`http://prometheus.test:${port}`, { connections: 1, connectTimeout: 10_000 });
  onTestFinished(() => pool.destroy());
  const { signal } = new AbortController();
  const ask = async () => text(await pool.request({ method: 'GET', path: '/api/v1/query', headers: {}, signal }));

  expect(await ask()).toContain('old');
  names.set(() => '127.0.0.2');
  for (let request = 1; request < 1000; request += 1) expect(await ask()).toContain('old');
  expect(names.lookups).toHaveLength(1);
  expect(await ask()).toContain('new');
  expect(names.lookups).toHaveLength(2);
});
