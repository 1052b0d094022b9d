import { describe, expect, onTestFinished, test } from 'vitest';
import { catalogueTables } from '../../src/catalogue/index.js';
import { freePort } from '../../src/demo/free-port.js';
import { type SimulatedGatewayOptions, startSimulatedGateway } from '../../src/demo/simulated-gateway.js';
import { stepMilliseconds } from '../../src/demo/traffic.js';
import { FakeClock } from '../support/fake-clock.js';
import { startTestPrometheus } from '../support/prometheus.js';
import { checkMetrics } from '../support/promtool.js';
import { until } from '../support/until.js';

async function start(options: Partial<SimulatedGatewayOptions> = {}) {
  const gateway = await startSimulatedGateway({ seed: 1, ...options });
  onTestFinished(() => gateway.stop());
  const scrape = async () => (await fetch(`${gateway.url}/metrics`)).text();
  return { ...gateway, scrape };
}

/** The counters of an exposition, without those that count the scrapes themselves. */
function countersOf(exposition: string): readonly string[] {
  return exposition
    .split('\n')
    .filter((line) => /^[a-z_]+_total\{/.test(line) && !line.includes('="/metrics"'))
    .sort();
}

describe('the simulated gateway', () => {
  test('has metrics from the first moment, in a format that promtool parses', async () => {
    const { scrape } = await start({ clock: new FakeClock() });
    const text = await scrape();
    const verdict = await checkMetrics(text);
    expect([0, 3], verdict.output).toContain(verdict.code);
    expect(text).toContain('model_inference_requests_total{provider="alder"');
  });

  test('counts the same after as many steps with the same seed, real requests included', async () => {
    const clocks = [new FakeClock(), new FakeClock()] as const;
    const gateways = [await start({ seed: 9, clock: clocks[0] }), await start({ seed: 9, clock: clocks[1] })] as const;
    // At different paces: only the steps count.
    await clocks[0].advance(12 * stepMilliseconds);
    for (let step = 0; step < 12; step += 1) await clocks[1].advance(stepMilliseconds);
    await until(
      async () => {
        const [one, two] = await Promise.all(gateways.map(({ scrape }) => scrape()));
        const idle = [one, two].every((text) => /in_progress\{.*completions"\} 0/.test(text ?? ''));
        expect(countersOf(one ?? '')).toEqual(countersOf(two ?? ''));
        return idle;
      },
      { what: 'all requests of both have ended, with the same counters', within: 30_000, every: 200 },
    );
  });

  test('answers a chat in one piece, with its usage, and counts it', async () => {
    const { url, scrape } = await start({ clock: new FakeClock() });
    const before = await scrape();
    const response = await chat(url, { model: 'ginkgo/wren-mini' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      model: 'ginkgo/wren-mini',
      choices: [{ message: { role: 'assistant' } }],
      usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
    });
    const series = 'model_inference_requests_total{provider="ginkgo",model="ginkgo/wren-mini",status="success"}';
    expect(seriesValue(await scrape(), series)).toBeGreaterThan(seriesValue(before, series));
  });

  test('streams a chat as server-sent events that end with [DONE]', async () => {
    const { url } = await start({ clock: new FakeClock() });
    const response = await chat(url, { model: 'ginkgo/wren-mini', stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = (await response.text()).trim().split('\n\n');
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toBe('data: [DONE]');
    expect(JSON.parse(events[0]?.replace('data: ', '') ?? '')).toMatchObject({ object: 'chat.completion.chunk' });
  });

  test('refuses a chat without a model, or with one that nobody has', async () => {
    const { url } = await start({ clock: new FakeClock() });
    expect((await chat(url, {})).status).toBe(400);
    expect((await chat(url, { model: 'none' })).status).toBe(404);
  });

  test('stops in the middle of requests, twice if asked, and frees its port', async () => {
    const clock = new FakeClock();
    const gateway = await start({ clock });
    await clock.advance(8 * stepMilliseconds);
    await Promise.all([gateway.stop(), gateway.stop()]);
    expect(clock.timers).toEqual([]);
    expect(await freePort(gateway.port)).toBe(gateway.port);
  });

  test('cannot have a port that is taken', async () => {
    const { port } = await start({ clock: new FakeClock() });
    await expect(startSimulatedGateway({ seed: 1, port })).rejects.toThrow('EADDRINUSE');
  });

  test('gives every expression of the catalogue a value, and providers of all three states', async () => {
    const { port } = await start();
    const prometheus = await startTestPrometheus({ scrape: [`127.0.0.1:${port}`] });
    onTestFinished(() => prometheus.stop());
    const rows = catalogueTables.flatMap(({ families = [], rows = [] }) => [
      ...rows,
      ...families.map(({ row }) => row),
    ]);
    const expressions = new Set(rows.flatMap(({ promql }) => Object.values(promql)));
    expect(expressions.size).toBeGreaterThan(30);
    for (const expression of expressions) {
      await until(async () => (await prometheus.vector(expression)).length > 0, {
        what: `there is a value for ${expression}`,
        within: 20_000,
        every: 200,
      });
    }
    for (const state of ['healthy', 'degraded', 'down']) {
      const row = rows.find(({ id }) => id === `gatewayz_providers_${state}`);
      const expression = Object.values(row?.promql ?? {})[0] ?? '';
      await until(async () => Number((await prometheus.vector(expression))[0]?.value) >= 1, {
        what: `a provider is ${state}`,
        within: 20_000,
        every: 200,
      });
    }
  });
});

function chat(url: string, body: object): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function seriesValue(exposition: string, series: string): number {
  return Number(
    exposition
      .split('\n')
      .find((line) => line.startsWith(series))
      ?.slice(series.length) ?? 0,
  );
}
