import { describe, expect, test } from 'vitest';
import { createGatewayMetrics } from '../../../../src/instrument/index.js';
import { createDay } from '../../../../src/tools/demo/gateway/day.js';
import { fleet, providerOf } from '../../../../src/tools/demo/gateway/fleet.js';
import { createRandom } from '../../../../src/tools/demo/gateway/random.js';
import { createTraffic, stepMilliseconds } from '../../../../src/tools/demo/gateway/traffic.js';
import { metricValue, metricValues } from '../../../support/metric-values.js';

describe('the fleet', () => {
  test('has 16 providers and 120 models, each of which belongs to one provider', () => {
    const models = fleet.flatMap((provider) => provider.models);
    expect(new Set(fleet.map(({ name }) => name)).size).toBe(16);
    expect(new Set(models).size).toBe(120);
    expect(models).toHaveLength(120);
    for (const provider of fleet) for (const model of provider.models) expect(providerOf(model)).toBe(provider);
  });
});

describe('the day', () => {
  test.each([1, 2, 3, 42])('has degraded providers and some that go down and come back, with seed %i', (seed) => {
    const day = createDay(createRandom(seed), fleet);
    const states = (seconds: number) => {
      const rates = fleet.map((provider) => day.condition(provider, seconds).errorRate);
      return {
        degraded: rates.filter((rate) => rate >= 0.05 && rate <= 0.5).length,
        down: rates.filter((rate) => rate > 0.5).length,
      };
    };
    expect(states(0)).toEqual({ degraded: 0, down: 0 });
    expect(states(15)).toEqual({ degraded: 1, down: 1 });
    expect(states(300)).toEqual({ degraded: 1, down: 0 });
    expect(states(500)).toEqual({ degraded: 1, down: 1 });
    expect(states(700)).toEqual({ degraded: 0, down: 0 });
    expect(states(735)).toEqual({ degraded: 1, down: 1 });
  });

  test('has a wave of traffic that never stops', () => {
    const { traffic } = createDay(createRandom(1), fleet);
    const values = Array.from({ length: 720 }, (_, seconds) => traffic(seconds));
    expect(Math.max(...values)).toBeCloseTo(1);
    expect(Math.min(...values)).toBeCloseTo(0.2);
    expect(traffic(720)).toBeCloseTo(traffic(0));
  });
});

describe('the traffic', () => {
  async function run(seed: number, steps: number) {
    const instruments = createGatewayMetrics();
    const traffic = createTraffic(seed, instruments);
    const requests = Array.from({ length: steps }, () => traffic.step());
    return { instruments, requests: requests.flat(), exported: (await instruments.metrics()).body };
  }

  test('the same seed gives the same metrics and the same requests after as many steps, another seed others', async () => {
    const [one, same, other] = [await run(5, 80), await run(5, 80), await run(6, 80)];
    expect(same.exported).toBe(one.exported);
    expect(same.requests).toEqual(one.requests);
    expect(other.exported).not.toBe(one.exported);
    expect(one.requests.length).toBeGreaterThan(500);
  });

  test('the first step has a successful request to every model and a failed one to every provider', async () => {
    const { instruments, requests } = await run(1, 1);
    const outcomes = requests.flatMap((request) => (request.kind === 'chat' ? [request.outcome] : []));
    const succeeded = outcomes.filter(({ status }) => status === 'success');
    expect(new Set(succeeded.map(({ model }) => model)).size).toBe(120);
    const failed = outcomes.filter(({ status }) => status !== 'success');
    expect(new Set(failed.map(({ provider }) => provider)).size).toBe(16);
    expect(await metricValue(instruments, 'cache_size_bytes')).toBeGreaterThan(0);
  });

  test('an inference is an HTTP request: the traffic itself records none, and asks for no health check', async () => {
    const { instruments, requests } = await run(1, 200);
    expect(await metricValues(instruments, 'model_inference_requests_total')).toEqual([]);
    const paths = requests.flatMap((request) => (request.kind === 'get' ? [request.path] : []));
    expect(paths.filter((path) => /^\/(?:health|metrics)/.test(path))).toEqual([]);
    expect(paths.length).toBeLessThan(requests.length / 5);
  });

  test('a second has inferences, queries, lookups and HTTP requests of each kind within a few seconds', async () => {
    const { instruments, requests } = await run(1, 5000 / stepMilliseconds);
    for (const name of ['database_queries_total', 'cache_hits_total', 'cache_misses_total']) {
      expect(await metricValue(instruments, name), name).toBeGreaterThan(20);
    }
    const kinds = requests.map((request) => (request.kind === 'chat' ? `chat ${request.stream}` : 'get'));
    expect(new Set(kinds)).toEqual(new Set(['chat true', 'chat false', 'get']));
  });

  test('the gateway speaks for some of its providers only; the rest is left to be derived', async () => {
    const { instruments } = await run(1, 1);
    const providersOf = async (name: string) =>
      (await metricValues(instruments, name)).map(({ labels }) => labels['provider']);
    expect(await providersOf('provider_availability')).toHaveLength(8);
    expect(await providersOf('provider_error_rate')).toHaveLength(4);
  });

  test('a provider goes down within seconds, says so, and fails most requests', async () => {
    const { instruments, requests } = await run(1, 60_000 / stepMilliseconds);
    const down = (await metricValues(instruments, 'provider_availability')).filter(({ value }) => value === 0);
    expect(down).toHaveLength(1);
    const provider = down[0]?.labels['provider'];
    const outcomes = requests.flatMap((request) => (request.kind === 'chat' ? [request.outcome] : []));
    const ofProvider = outcomes.filter((outcome) => outcome.provider === provider);
    const failed = ofProvider.filter(({ status }) => status !== 'success');
    expect(failed.length / ofProvider.length).toBeGreaterThan(0.5);
  });

  test('nothing that it records is refused or folded', async () => {
    const { instruments } = await run(3, 200);
    expect(await metricValues(instruments, 'gatewayz_instrument_rejected_total')).toEqual([]);
    expect(await metricValues(instruments, 'gatewayz_instrument_folded_total')).toEqual([]);
  });
});
