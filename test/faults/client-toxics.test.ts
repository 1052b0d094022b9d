import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { startService } from '../support/start-service.js';
import { type Direction, startToxicProxy, type Toxic } from '../support/toxic-proxy.js';
import { until } from '../support/until.js';

/** A service, of which only the documentation is asked, and what is to go wrong on the way to it. */
async function start() {
  const service = await startService(
    { prometheusUrl: 'http://127.0.0.1:1' },
    { responseTimeout: 2_000, keepAliveTimeout: 2_000 },
  );
  return { service, proxy: await startToxicProxy(service.port) };
}

/** The whole body of a 200; rejects where less came than was promised, or something else. */
async function download(url: string): Promise<Buffer> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/prometheus/metrics/docs`, { agent: false }, resolve).on('error', reject);
  });
  if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode}`);
  return buffer(response);
}

const long = 60_000;
const whole: readonly Toxic[] = [
  { type: 'latency', latency: 20 },
  { type: 'bandwidth', rate: 1_000_000 },
  { type: 'slow_close', delay: 500 },
  { type: 'slicer', size: 100 },
];
const broken: readonly Toxic[] = [
  { type: 'down' },
  { type: 'timeout', timeout: 0 },
  { type: 'timeout', timeout: 50 },
  { type: 'reset_peer' },
  { type: 'limit_data', bytes: 30 },
];
const brokenDownstream: readonly Toxic[] = [
  { type: 'latency', latency: long },
  { type: 'bandwidth', rate: 20 },
  { type: 'limit_data', bytes: 10_000 },
];
const brokenUpstream: readonly Toxic[] = [{ type: 'bandwidth', rate: 20 }];

const named = (toxic: Toxic): string => Object.values(toxic).join(' ');
const cases = (direction: Direction, toxics: readonly Toxic[]) =>
  toxics.map((toxic) => [direction, named(toxic), toxic] as const);

describe('between a client and us', () => {
  test.each([...cases('upstream', whole), ...cases('downstream', whole)])(
    '%s, %s: the answer is whole',
    async (direction, _, toxic) => {
      const { service, proxy } = await start();
      const expected = await download(service.url);
      await proxy.poison(direction, toxic);
      expect((await download(proxy.url)).equals(expected)).toBe(true);
    },
  );

  test.each([
    ...cases('upstream', [...broken, ...brokenUpstream]),
    ...cases('downstream', [...broken, ...brokenDownstream]),
  ])('%s, %s: no client takes a part for the whole, and nothing is left open', async (direction, _, toxic) => {
    const { service, proxy } = await start();
    await proxy.poison(direction, toxic);
    const failed = expect(download(proxy.url)).rejects.toThrow(/ECONN|aborted|socket hang up|HTTP 408/);
    expect((await fetch(`${service.url}/healthz`, { headers: { connection: 'close' } })).status).toBe(200);
    await until(async () => (await service.connections()) === 0, { what: 'no connection is left', within: 30_000 });
    await proxy.cure();
    proxy.disconnect();
    await failed;
  });
});
