import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/tools/demo/prometheus/free-port.js';
import { runCli, startCli } from '../support/run-cli.js';
import { removeFolder, tempFolder } from '../support/temp-folder.js';
import { until } from '../support/until.js';

/** Where the demo puts what it needs: a folder of our own, for other demos may run on this machine. */
let TMPDIR: string;
beforeEach(async () => {
  TMPDIR = await tempFolder();
});
afterEach(() => removeFolder(TMPDIR));

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** The addresses that the demo prints, without their paths. */
function addressesIn(stdout: string): string[] {
  return [...new Set([...stdout.matchAll(/http:\/\/127\.0\.0\.1:\d+/g)].map(([url]) => url))];
}

describe('demo', () => {
  it('shows a full summary, tells where to look, ends by itself with 0 and leaves nothing running', async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await runCli(['demo', '--port', String(port), '--for', '1s'], { TMPDIR });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Every field had a value (?:[12]?\d|30) s after the start\.\nStopped\.$/);
    expect(stdout).toMatch(/healthy_providers +\d+/);
    expect(stdout).not.toContain('N/A');
    expect(stdout).toContain(`http://127.0.0.1:${port}/prometheus/metrics/summary`);
    const addresses = addressesIn(stdout);
    expect(addresses).toHaveLength(4);
    for (const address of addresses) expect(await answers(address)).toBe(false);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it.each([
    ['Ctrl-C', 'SIGINT'],
    ['the end of its terminal', 'SIGHUP'],
  ] as const)('serves while it runs, scraped by its own Prometheus, and %s ends everything', async (_name, signal) => {
    const port = await freePort();
    const cli = startCli(['demo', '--port', String(port)], { TMPDIR });
    await until(() => cli.stdout.some((line) => line.includes('Ctrl-C')), { what: 'the demo runs', within: 60_000 });
    const [service, prometheus] = addressesIn(cli.stdout.join('\n'));
    const scraped = async (): Promise<boolean> => {
      const query = encodeURIComponent('up{job="gatewayz_metrics"} == 1 and on () gatewayz_health_service_up == 1');
      const answer = await fetch(`${prometheus}/api/v1/query?query=${query}`);
      return ((await answer.json()) as { data: { result: unknown[] } }).data.result.length > 0;
    };
    await until(scraped, { what: 'Prometheus has our scrape target', within: 30_000 });
    const throughService = await fetch(`${service}/prometheus/api/v1/query?query=1`);
    expect(throughService.status).toBe(200);
    cli.kill(signal);
    expect(await cli.ended).toBe(0);
    for (const address of [service!, prometheus!]) expect(await answers(address)).toBe(false);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('says that a port is in use, and which option changes it, before anything is left running', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, stderr } = await runCli(['demo', '--port', String(port)], { TMPDIR });
    server.close();
    expect(code).toBe(2);
    expect(stderr).toBe(`Cannot listen on 127.0.0.1:${port}: it is in use. Change it with --port.`);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it('refuses options that make no sense', async () => {
    const { code, stderr } = await runCli(['demo', '--for', '1.5h']);
    expect(code).toBe(2);
    expect(stderr).toContain('expected a duration such as 60s or 5m');
  });
});
