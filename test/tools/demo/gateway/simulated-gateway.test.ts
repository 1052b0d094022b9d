import { describe, expect, onTestFinished, test } from 'vitest';
import { createGatewayMetrics } from '../../../../src/instrument/index.js';
import { gatewayzCatalogue } from '../../../../src/presets/presets.js';
import {
  type SimulatedGatewayOptions,
  startSimulatedGateway,
} from '../../../../src/tools/demo/gateway/simulated-gateway.js';
import { createTraffic, stepMilliseconds } from '../../../../src/tools/demo/gateway/traffic.js';
import { freePort } from '../../../../src/tools/demo/prometheus/free-port.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { startTestPrometheus } from '../../../support/prometheus.js';
import { checkMetrics } from '../../../support/promtool.js';
import { until } from '../../../support/until.js';

async function start(options: Partial<SimulatedGatewayOptions> = {}) {
  const gateway = await startSimulatedGateway({ seed: 1, ...options });
  onTestFinished(() => gateway.close());
  const scrape = async () => (await fetch(`${gateway.url}/metrics`)).text();
  return { ...gateway, scrape };
}

/** The counters of an exposition that do not depend on HTTP; sums of fractions depend on their order in the last digits. */
function countersOf(exposition: string): readonly string[] {
  return exposition
    .split('\n')
    .filter((line) => /^(?!fastapi|http)[a-z_]+_total\{/.test(line))
    .map((line) => line.replace(/\.\d+$/, (fraction) => Number(fraction).toFixed(6)))
    .sort();
}

describe('the simulated gateway', () => {
  test('has metrics from the first moment, in a format that promtool parses', async () => {
    const { scrape } = await start({ clock: new FakeClock() });
    const first = 'model_inference_requests_total{provider="alder"';
    const text = await until(
      async () => {
        const exposition = await scrape();
        return exposition.includes(first) ? exposition : undefined;
      },
      { what: 'the first inference has ended' },
    );
    const verdict = await checkMetrics(text);
    expect([0, 3], verdict.output).toContain(verdict.code);
  });

  test('counts what the seed says for as many steps, real requests included', async () => {
    const [seed, steps] = [33, 40];
    const clock = new FakeClock();
    const { scrape } = await start({ seed, clock });
    await clock.advance((steps - 1) * stepMilliseconds);

    const expected = createGatewayMetrics();
    const traffic = createTraffic(seed, expected);
    const chats = Array.from({ length: steps }, () => traffic.step())
      .flat()
      .flatMap((request) => (request.kind === 'chat' ? [request.outcome] : []));
    chats.forEach(expected.recordInference);
    expect(new Set(chats.map(({ status }) => status)).size).toBeGreaterThan(1);
    const counters = countersOf((await expected.metrics()).body);
    await until(
      async () => {
        const text = await scrape();
        expect(countersOf(text)).toEqual(counters);
        const answered = /^fastapi_requests_total\{.*completions",status_code="200".*\} (\d+)$/m.exec(text)?.[1];
        expect(Number(answered)).toBe(chats.filter(({ status }) => status === 'success').length);
        return true;
      },
      { what: 'all planned requests have ended and are counted', within: 30_000, every: 200 },
    );
  });

  test('every inference is an HTTP request, and scrapes and health checks are no traffic', async () => {
    const clock = new FakeClock();
    const { url, scrape } = await start({ clock });
    await (await fetch(`${url}/health`)).text();
    const total = (text: string, name: string) =>
      [...text.matchAll(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'gm'))].reduce(
        (sum, [, value]) => sum + Number(value),
        0,
      );
    await until(
      async () => {
        const text = await scrape();
        const inferences = total(text, 'model_inference_requests_total');
        return inferences > 130 && total(text, 'fastapi_requests_total') >= inferences;
      },
      { what: 'the first requests have ended' },
    );
    expect(await scrape()).not.toMatch(/fastapi_requests_total\{.*path="\/(?:metrics|health)"/);
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
    await Promise.all([gateway.close(), gateway.close()]);
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
    onTestFinished(() => prometheus.close());
    const rows = gatewayzCatalogue.tables.flatMap(({ families = [], rows = [] }) => [
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
