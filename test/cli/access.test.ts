import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakePrometheus } from '../support/fake-prometheus.js';
import { listeningAt, type RunningCli, runCli, startCli } from '../support/run-cli.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function makeToken(name: string, scopes: string): Promise<{ token: string; line: string }> {
  const { code, stdout } = await runCli(['token', name, '--scopes', scopes, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout) as { token: string; line: string };
}

async function serve(env: Record<string, string>): Promise<{ cli: RunningCli; url: string }> {
  const fake = await startFakePrometheus();
  cleanUps.push(() => fake.close());
  const cli = startCli(['serve'], { PORT: '0', PROMETHEUS_URL: fake.url, LOG_LEVEL: 'debug', ...env });
  cleanUps.push(() => cli.kill('SIGKILL'));
  return { cli, url: await listeningAt(cli) };
}

async function tokensFile(...lines: string[]): Promise<string> {
  const folder = await tempFolder();
  cleanUps.push(() => removeFolder(folder));
  const path = join(folder, 'tokens');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

describe('a service with METRICS_TOKENS_FILE', () => {
  it('lets readers with a token and its scope in, and nobody else, to any endpoint', async () => {
    const widgets = await makeToken('widgets', 'metrics');
    const grafana = await makeToken('grafana', 'datasource');
    const { cli, url } = await serve({ METRICS_TOKENS_FILE: await tokensFile(widgets.line, grafana.line) });
    const statusOf = async (path: string, token?: string): Promise<number> => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/prometheus/metrics${path}`, { headers })).status;
    };
    for (const path of ['/summary', '/all', '/docs', '']) {
      expect([path, await statusOf(path), await statusOf(path, 'gwm_wrong')]).toEqual([path, 401, 401]);
      expect([path, await statusOf(path, grafana.token)]).toEqual([path, 403]);
      expect([path, await statusOf(path, widgets.token)]).toEqual([path, 200]);
    }
    const refused = await fetch(`${url}/prometheus/metrics/summary`);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="gatewayz-metrics"');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await refused.json()).toEqual({
      error: { code: 'unauthorized', message: 'Expected a known bearer token.' },
    });
    const scrape = await fetch(`${url}/prometheus/metrics`, { headers: { authorization: `Bearer ${widgets.token}` } });
    const told = `${cli.stdout.join()} ${cli.stderr.join()} ${await scrape.text()}`;
    for (const { token } of [widgets, grafana]) expect(told).not.toContain(token);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('does not start with a file that has a fault, and names the line', async () => {
    const { code, stderr } = await runCli(['serve'], { METRICS_TOKENS_FILE: await tokensFile('# ok', 'gwm_canary') });
    expect(code).toBe(2);
    expect(stderr).toContain('line 2: expected NAME SCOPES sha256:DIGEST');
    expect(stderr).not.toContain('canary');
  });
});

describe('a service without tokens', () => {
  const warnings = (lines: readonly string[]): string[] => lines.filter((line) => line.includes('METRICS_TOKENS_FILE'));

  it('does not warn on loopback', async () => {
    const { cli } = await serve({ HOST: '127.0.0.1' });
    expect(warnings(cli.stdout)).toEqual([]);
  });

  it('warns before it listens on an address that others can reach', async () => {
    // An address of documentation: nothing listens there, so nothing is open while the test runs.
    const { code, stdout, stderr } = await runCli(['serve'], { HOST: '192.0.2.1', PORT: '0' });
    expect(code).toBe(2);
    expect(stderr).toContain('this machine has no such address');
    expect(warnings(stdout.split('\n'))).toHaveLength(1);
  });
});

describe('gatewayz-metrics token', () => {
  it('prints a token and the line for the file, which holds only its digest', async () => {
    const { code, stdout } = await runCli(['token', 'grafana', '--scopes', 'metrics,datasource']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^gwm_[\w-]{43}$/m);
    expect(stdout).toMatch(/^grafana metrics,datasource sha256:[\da-f]{64}$/m);
  });

  it.each([[['token']], [['token', 'a b']], [['token', 'a', '--scopes', 'admin']]])(
    'refuses %j with 2',
    async (args) => {
      expect((await runCli(args)).code).toBe(2);
    },
  );
});
