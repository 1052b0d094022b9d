import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { ConsoleDocument } from '../../src/history/console-document.js';
import { browserFlags } from '../console/browser-flags.js';
import { type Host, hosts } from '../contract/hosts.js';
import { type FakePrometheus, startFakePrometheus } from '../support/fake-prometheus.js';
import { playWholeGateway } from '../support/whole-gateway.js';

/** What is used of Playwright, whose own types need those of a browser. */
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Page {
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  goto(url: string): Promise<unknown>;
  url(): string;
  locator(selector: string): { waitFor(): Promise<void>; count(): Promise<number> };
  close(): Promise<void>;
}
const playwright = 'playwright-core';

let prometheus: FakePrometheus;
let browser: Browser;
beforeAll(async () => {
  const { program, env } = inject('chromium');
  const environment = { ...process.env, ...env };
  const { chromium } = (await import(playwright)) as {
    readonly chromium: { launch(options: object): Promise<Browser> };
  };
  browser = await chromium.launch({ executablePath: program, args: [...browserFlags], env: environment });
});
afterAll(() => browser?.close());

async function start(host: Host, options: object = {}): Promise<string> {
  prometheus = await startFakePrometheus();
  playWholeGateway(prometheus);
  const running = await host.start({
    env: {},
    prometheusUrl: prometheus.url,
    metricsConsole: true,
    metricsWorker: false,
    ...options,
  });
  onTestFinished(async () => {
    await running.close();
    await prometheus.close();
  });
  return running.url;
}

describe.each(hosts.map((host) => [host.name, host] as const))('in %s', (_, host) => {
  test('the page opens from the address without a slash, and shows the verdict', async () => {
    const url = await start(host);
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(`${url}/prometheus/console`);
    await page.locator('.verdict.trouble, .verdict.down, .verdict.well, .verdict.degraded').waitFor();
    expect(await page.locator('.sections li').count()).toBe(23);
    expect(page.url()).toBe(`${url}/prometheus/console/`);
    expect(requested.filter((one) => !one.startsWith(`${url}/prometheus/console`) && !one.startsWith('data:'))).toEqual(
      [],
    );
    expect(problems).toEqual([]);
  });
});

describe('the console of a host', () => {
  const [host] = hosts;

  test('is off unless it is switched on', async () => {
    const url = await start(host!, { metricsConsole: undefined });
    expect((await fetch(`${url}/prometheus/console/`)).status).toBe(404);
  });

  test('works at the root, without the datasource', async () => {
    const url = await start(host!, { metricsPrefix: '/' });
    expect((await fetch(`${url}/console`, { redirect: 'manual' })).headers.get('location')).toBe('console/');
    const response = await fetch(`${url}/console/data`);
    expect((await response.json()) as ConsoleDocument).toMatchObject({ status: 'ok' });
  });

  test('asks the host who may read', async () => {
    const authorize = ({ headers }: { headers: Readonly<Record<string, unknown>> }): boolean =>
      headers['cookie'] === 'session=operator';
    const url = await start(host!, { authorize });
    expect((await fetch(`${url}/prometheus/console/`)).status).toBe(200);
    expect((await fetch(`${url}/prometheus/console/data`)).status).toBe(403);
    const headers = { cookie: 'session=operator' };
    expect((await fetch(`${url}/prometheus/console/data`, { headers })).status).toBe(200);
  });

  test('asks Prometheus the same for one viewer and for a hundred, and nothing before the first', async () => {
    const url = await start(host!);
    expect(prometheus.requests).toEqual([]);
    await fetch(`${url}/prometheus/console/`);
    expect(prometheus.requests).toEqual([]);
    const read = async (): Promise<number> =>
      ((await (await fetch(`${url}/prometheus/console/data`)).json()) as ConsoleDocument).timestamp;
    const evaluations = new Set(await Promise.all(Array.from({ length: 100 }, read)));
    const asked = prometheus.requests
      .map(({ promql, params }) => `${params.get('time')} ${promql}`)
      .filter((text) => !text.startsWith('null'));
    expect(asked.length).toBe(new Set(asked).size);
    expect(evaluations.size).toBeLessThanOrEqual(2);
  });
});
