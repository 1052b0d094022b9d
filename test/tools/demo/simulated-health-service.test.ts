import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startSimulatedHealthService } from '../../../src/tools/demo/simulated-health-service.js';
import { FakeClock } from '../../support/fake-clock.js';

const paths = ['/health', '/status', '/metrics', '/cache/stats'] as const;
const real = (
  JSON.parse(readFileSync(new URL('../../fixtures/health-service-api.json', import.meta.url), 'utf8')) as {
    ok: Record<(typeof paths)[number], { body: Record<string, unknown> }>;
  }
).ok;

async function start(seed: number) {
  const clock = new FakeClock();
  const service = await startSimulatedHealthService({ seed, clock });
  onTestFinished(() => service.close());
  const get = async (path: string) => {
    const response = await fetch(service.url + path);
    expect(response.status).toBe(200);
    return (await response.json()) as Record<string, unknown>;
  };
  const all = async () => Promise.all(paths.map(get));
  return { ...service, clock, get, all };
}

/** The keys of a body with the types of their values. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]));
}

describe('the simulated Health Service', () => {
  test.each(paths)('answers %s in the shape of the real one', async (path) => {
    const { get } = await start(1);
    const [body, expected] = [await get(path), real[path].body];
    const { status_distribution: statuses = {}, ...rest } = body;
    const { status_distribution: _, ...expectedRest } = expected;
    expect(shapeOf(rest)).toEqual(shapeOf(expectedRest));
    for (const count of Object.values(statuses as object)) expect(count).toBeGreaterThan(0);
  });

  test('gives the same values for the same seed after the same time, others for another seed', async () => {
    const [one, same, other] = [await start(4), await start(4), await start(5)];
    const seen = [];
    for (const service of [one, same, other]) {
      await service.clock.advance(600_000);
      seen.push(await service.all());
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).not.toEqual(seen[0]);
  });

  test('changes with time, and loses a status now and then', async () => {
    const { clock, get } = await start(1);
    const tracked = new Set<unknown>();
    const statuses = new Set<string>();
    const vanished = new Set<string>();
    for (let period = 0; period < 60; period += 1) {
      tracked.add((await get('/status'))['models_tracked']);
      const distribution = (await get('/metrics'))['status_distribution'] as Record<string, number>;
      expect(Object.values(distribution).reduce((total, count) => total + count, 0)).toBe(100);
      for (const status of statuses) if (!(status in distribution)) vanished.add(status);
      for (const status of Object.keys(distribution)) statuses.add(status);
      await clock.advance(10_000);
    }
    expect(tracked.size).toBeGreaterThan(3);
    expect(statuses).toContain('success');
    expect(vanished.size).toBeGreaterThan(0);
  });

  test('stops, twice if asked', async () => {
    const { url, close: stop } = await start(1);
    await Promise.all([stop(), stop()]);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});
