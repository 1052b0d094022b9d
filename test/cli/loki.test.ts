import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { listeningAt, type RunningCli, startCli } from '../support/run-cli.js';
import { until } from '../support/until.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Push {
  readonly path: string;
  readonly streams: readonly {
    readonly stream: Record<string, string>;
    readonly values: readonly [string, string][];
  }[];
}

async function startLoki(
  behave: 'takes' | 'hangs' | 'fails',
): Promise<{ url: string; pushes: Push[]; requests: () => number }> {
  const pushes: Push[] = [];
  let requests = 0;
  const server: Server = createServer(async (request, response) => {
    requests += 1;
    if (behave === 'hangs') return;
    if (behave === 'fails') return void response.writeHead(500).end();
    pushes.push({ path: request.url ?? '', ...(JSON.parse(await text(request)) as Omit<Push, 'path'>) });
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  cleanUps.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  await until(() => server.listening, { what: 'Loki listens' });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pushes, requests: () => requests };
}

async function serve(lokiUrl: string): Promise<{ cli: RunningCli; url: string }> {
  const fake = await startFakePrometheus();
  cleanUps.push(() => fake.close());
  const cli = startCli(['serve'], { PORT: '0', PROMETHEUS_URL: fake.url, LOG_LEVEL: 'debug', LOKI_URL: lokiUrl });
  cleanUps.push(() => cli.kill('SIGKILL'));
  return { cli, url: await listeningAt(cli) };
}

async function askManyTimes(url: string): Promise<void> {
  for (let i = 0; i < 50; i += 1)
    await fetch(`${url}/prometheus/metrics/docs`, { headers: { 'x-request-id': `ask-${i}` } });
}

const asked = (lines: readonly string[]): number => lines.filter((line) => line.includes('"requestId":"ask-')).length;

describe('LOKI_URL', () => {
  it('pushes every line to Loki with its labels, beside stdout', async () => {
    const loki = await startLoki('takes');
    const { cli, url } = await serve(loki.url);
    await askManyTimes(url);
    const pushed = (): string[] =>
      loki.pushes.flatMap(({ streams }) => streams).flatMap(({ values }) => values.map(([, line]) => line));
    await until(() => asked(pushed()) === 50, { what: 'all lines are in Loki' });
    expect(asked(cli.stdout)).toBe(50);
    expect(loki.pushes[0]!.path).toBe('/loki/api/v1/push');
    expect(loki.pushes[0]!.streams[0]!.stream).toMatchObject({ service: 'gatewayz-metrics' });
  });

  it.each(['hangs', 'fails'] as const)(
    'loses nothing on stdout and answers all requests while Loki %s',
    async (behave) => {
      const loki = await startLoki(behave);
      const { cli, url } = await serve(loki.url);
      await askManyTimes(url);
      await until(() => loki.requests() > 0, { what: 'Loki was asked' });
      await askManyTimes(url);
      await until(() => asked(cli.stdout) === 100, { what: 'all lines are on stdout' });
      expect(cli.stderr).toEqual([]);
      cli.kill('SIGTERM');
      expect(await cli.ended).toBe(0);
    },
  );

  it('loses nothing on stdout while nothing listens at all', async () => {
    const { cli, url } = await serve('http://127.0.0.1:9');
    await askManyTimes(url);
    await until(() => asked(cli.stdout) === 50, { what: 'all lines are on stdout' });
    cli.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
  });
});
