import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createRoutes } from '../../src/http/routes.js';
import { gatewayzCatalogue } from '../../src/presets/presets.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { listeningAt, type RunningCli, readyAt, runCli, startCli } from '../support/run-cli.js';
import { until } from '../support/until.js';

const routes = createRoutes(gatewayzCatalogue.endpoints);

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function upstream(): Promise<FakePrometheus> {
  const fake = await startFakePrometheus();
  // The second is in no summary: only who asks for /performance makes anybody ask for it.
  fake.labels({ __name__: ['fastapi_requests_total', 'cache_size_bytes'] });
  fake.answer({ 'sum(fastapi_requests_total{reexported_by!="gatewayz-metrics"})': [{ labels: {}, value: '12345' }] });
  cleanUps.push(() => fake.close());
  return fake;
}

function serve(env: Record<string, string>): RunningCli {
  const cli = startCli(['serve'], {
    PORT: '0',
    METRICS_REFRESH_INTERVAL: '200ms',
    METRICS_EVALUATION_DELAY: '0s',
    ...env,
  });
  cleanUps.push(() => cli.kill('SIGKILL'));
  return cli;
}

function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => response.resume().once('end', resolve).once('error', reject)).once(
      'error',
      reject,
    );
  });
}

/** A ready service, whose next questions to Prometheus wait until they are released. */
async function serveWithRequestHeld(): Promise<{
  cli: RunningCli;
  url: string;
  release: { waiting: () => boolean; now: () => void };
}> {
  const fake = await upstream();
  const cli = serve({ PROMETHEUS_URL: fake.url });
  const url = await listeningAt(cli);
  await readyAt(url);
  let now = (): void => {};
  const held = new Promise<void>((resolve) => {
    now = resolve;
  });
  fake.answer(async () => {
    await held;
    return [{ labels: {}, value: '1' }];
  });
  const waiting = (): boolean => fake.requests.some(({ promql }) => promql.includes('cache_size_bytes'));
  return { cli, url, release: { waiting, now: () => now() } };
}

const logLines = (cli: RunningCli): Record<string, unknown>[] =>
  cli.stdout.map((line) => JSON.parse(line) as Record<string, unknown>);

describe('serve', () => {
  it('answers the summary, is alive at once and ready once Prometheus has answered', async () => {
    const url = await listeningAt(serve({ PROMETHEUS_URL: (await upstream()).url }));
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await readyAt(url);
    const summary = (await (await fetch(`${url}/prometheus/metrics/summary`)).json()) as { metrics: { http: object } };
    expect(summary.metrics.http).toMatchObject({ total_requests: '12345' });
    for (const path of ['/elsewhere', '/prometheus/elsewhere']) {
      const nowhere = await fetch(url + path);
      expect([nowhere.status, await nowhere.json()]).toMatchObject([
        404,
        { paths: [...routes.map((route) => `/prometheus/metrics${route.path}`), '/healthz', '/readyz'] },
      ]);
    }
  });

  it('is alive but not ready while nothing answers, and keeps asking by itself until something does', async () => {
    const fake = await upstream();
    fake.behave((response) => response.writeHead(503, { 'content-type': 'text/plain' }).end('Service Unavailable'));
    const url = await listeningAt(serve({ PROMETHEUS_URL: fake.url }));
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, (await fetch(`${url}/healthz`)).status]).toEqual([503, 200]);
    fake.recover();
    await readyAt(url);
  });

  it('writes JSON lines on stdout: one per change of the upstream, with a reason that helps, not one per refresh', async () => {
    const fake = await upstream();
    fake.behave((response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>'));
    const cli = serve({ PROMETHEUS_URL: fake.url });
    const url = await listeningAt(cli);
    const ask = (): Promise<Response> => fetch(`${url}/prometheus/metrics/summary`);
    expect((await ask()).status).toBe(503);
    const before = fake.requests.length;
    await until(() => fake.requests.length >= before + 5, { what: 'five more refreshes were tried' });
    const troubles = (): Record<string, unknown>[] => logLines(cli).filter(({ level }) => level === 40);
    expect(troubles().map(({ msg }) => msg)).toEqual([expect.stringContaining('text/html')]);
    fake.recover();
    await until(async () => (await ask()).status === 200, { what: 'the summary is there' });
    const recoveries = (): unknown[] => logLines(cli).filter(({ msg }) => String(msg).includes('recovered'));
    await until(() => recoveries().length > 0, { what: 'the recovery is logged' });
    expect(recoveries()).toHaveLength(1);
    expect(troubles()).toHaveLength(1);
  });

  it('logs answers at debug only, with a request id, and never the query', async () => {
    const cli = serve({ PROMETHEUS_URL: (await upstream()).url, LOG_LEVEL: 'debug' });
    const url = await listeningAt(cli);
    await fetch(`${url}/prometheus/metrics/docs?token=canary-77`, { headers: { 'x-request-id': 'mine-1' } });
    await fetch(`${url}/healthz`, { headers: { 'x-request-id': 'bad\tid' } });
    const answered = (): Record<string, unknown>[] => logLines(cli).filter(({ msg }) => msg === 'answered');
    await until(() => answered().length >= 2, { what: 'both answers are logged' });
    expect(answered()[0]).toMatchObject({
      level: 20,
      method: 'GET',
      path: '/prometheus/metrics/docs',
      status: 200,
      requestId: 'mine-1',
    });
    expect(answered()[1]!['requestId']).toMatch(/^[\da-f-]{36}$/);
    expect(cli.stdout.join()).not.toContain('canary-77');
  });

  it('finishes requests in flight after SIGTERM, refuses new ones, and ends with 0', async () => {
    const { cli, url, release } = await serveWithRequestHeld();
    const inFlight = fetch(`${url}/prometheus/metrics/performance`);
    await until(() => release.waiting(), { what: 'the request waits for Prometheus' });
    cli.kill('SIGTERM');
    await until(() => cli.stdout.some((line) => line.includes('stopping')), { what: 'the service is stopping' });
    const refused = (): Promise<boolean> =>
      fetch(`${url}/healthz`).then(
        () => false,
        () => true,
      );
    await until(refused, { what: 'new requests are refused' });
    release.now();
    expect((await inFlight).status).toBe(200);
    expect(await cli.ended).toBe(0);
  });

  it('ends although the client of a request in flight goes on asking over the same connection', async () => {
    const { cli, url, release } = await serveWithRequestHeld();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanUps.push(() => agent.destroy());
    let asking = true;
    const client = (async () => {
      await ask(`${url}/prometheus/metrics/performance`, agent);
      while (asking) await ask(`${url}/prometheus/metrics`, agent).catch(() => undefined);
    })();
    await until(() => release.waiting(), { what: 'the request waits for Prometheus' });
    cli.kill('SIGTERM');
    await until(() => cli.stdout.some((line) => line.includes('stopping')), { what: 'the service is stopping' });
    release.now();
    const ended = await Promise.race([
      cli.ended,
      until(() => false, { what: 'never', within: 8_000 }).catch(() => 'hangs'),
    ]);
    asking = false;
    expect(ended).toBe(0);
    await client;
  });

  it('ends at once on a second signal', async () => {
    const fake = await upstream();
    fake.behave(() => {});
    const cli = serve({ PROMETHEUS_URL: fake.url });
    const url = await listeningAt(cli);
    const asked = fetch(`${url}/prometheus/metrics/business`).catch(() => undefined);
    await until(() => fake.requests.length > 0, { what: 'the request waits for Prometheus' });
    cli.kill('SIGTERM');
    await until(() => cli.stdout.some((line) => line.includes('stopping')), { what: 'the service is stopping' });
    cli.kill('SIGTERM');
    expect(await cli.ended).toBe(1);
    await asked;
  });

  it('names the port and its setting when it is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    cleanUps.push(() => server.close());
    await until(() => server.address(), { what: 'the port is taken' });
    const { port } = server.address() as { port: number };
    const { code, stderr } = await runCli(['serve'], { PORT: String(port) });
    expect(code).toBe(2);
    expect(stderr).toBe(`Cannot listen on 127.0.0.1:${port}: it is in use. Change it with HOST and PORT.`);
  });

  it('says that its address is no host, and which setting changes it', async () => {
    const { code, stderr } = await runCli(['serve'], { HOST: 'gateway.invalid', PORT: '0' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Cannot listen on gateway\.invalid:0: [^.]+\. Change it with HOST and PORT\.$/);
  });
});

describe('serve --check-config', () => {
  it('says that the configuration is valid, and asks nothing of Prometheus', async () => {
    const fake = await upstream();
    const { code, stdout } = await runCli(['serve', '--check-config'], { PROMETHEUS_URL: fake.url });
    expect([code, stdout]).toEqual([0, 'The configuration is valid.']);
    expect(fake.requests).toEqual([]);
  });

  it('exits with 2 and names what is wrong, in files too', async () => {
    const env = { METRICS_TOKENS_FILE: fileURLToPath(import.meta.url), METRICS_HOSTS: 'metrics.example' };
    const { code, stderr } = await runCli(['serve', '--check-config'], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining('METRICS_TOKENS_FILE')]);
  });
});
