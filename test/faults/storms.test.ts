import { describe, expect, test } from 'vitest';
import type { View } from '../../src/render/representation.js';
import { startFakeHealthService } from '../support/fake-health-service.js';
import type { Behaviour } from '../support/fake-prometheus.js';
import { apiError, htmlPage, plainText, reset } from '../support/fake-upstream-behaviours.js';
import { startEngine } from '../support/start-engine.js';
import { until } from '../support/until.js';

const summary: View = { endpoint: 'summary', format: 'json', encoding: 'identity' };
const minutes = 10;

/** How many requests an engine sends in ten minutes of one refresh a minute, and how many one refresh takes when all is well. */
async function tenMinutesOf(behaviour: Behaviour): Promise<{ sent: number; usual: number; text: () => string }> {
  const { engine, prometheus, nextRefresh, text } = await startEngine();
  await engine.ask(summary);
  const usual = prometheus.requests.length;
  prometheus.behave(behaviour);
  for (let minute = 0; minute < minutes; minute += 1) await nextRefresh(summary);
  return { sent: prometheus.requests.length - usual, usual, text: () => text(summary) };
}

describe('ten minutes of', () => {
  test.each<[string, Behaviour]>([
    ['500 in HTML', htmlPage(500)],
    ['502', htmlPage(502)],
    ['503 in plain text, as while it replays its log', plainText(503, 'Service Unavailable')],
    ['504', htmlPage(504)],
    ['429', apiError(429, 'too_many_requests', 'slow down')],
    ['429 without a word', plainText(429, '')],
  ])('%s cost one question an interval, and the last good values are shown', async (_, behaviour) => {
    const { sent, text } = await tenMinutesOf(behaviour);
    expect(sent).toBe(minutes);
    expect(JSON.parse(text())).toMatchObject({ status: 'stale', metrics: { http: { total_requests: '1' } } });
  });

  test('errors in the form of Prometheus cost no more than good answers', async () => {
    const { sent, usual, text } = await tenMinutesOf(apiError(500, 'internal', 'disk full'));
    expect(sent).toBeLessThanOrEqual(minutes * usual);
    expect(JSON.parse(text())).toMatchObject({ status: 'stale' });
  });

  test('connections that are reset cost two questions an interval: a kept one may have been closed under us', async () => {
    expect((await tenMinutesOf(reset)).sent).toBe(2 * minutes);
  });

  test('429 with Retry-After cost one question each time that it is over', async () => {
    const { sent } = await tenMinutesOf(plainText(429, '', { 'retry-after': '179' }));
    expect(sent).toBe(4);
  });

  test('a Health Service in error cost one question an endpoint and cycle', async () => {
    const health = await startFakeHealthService();
    try {
      for (const endpoint of ['/health', '/status', '/metrics', '/cache/stats'] as const) {
        health.reply(endpoint, { status: 500, body: { detail: 'error' } });
      }
      const { clock } = await startEngine({ healthServiceUrl: health.url, healthScrapeInterval: '30s' });
      for (let cycle = 1; cycle <= 20; cycle += 1) {
        await until(() => health.requests.length === 4 * cycle && health.waiting === 0, {
          what: `cycle ${cycle} is over`,
        });
        await until(() => clock.timers.some((time) => time > 10_000), { what: 'the next cycle is due' });
        await clock.advance(30_000);
      }
      await until(() => health.requests.length === 84, { what: 'the 21st cycle has begun' });
    } finally {
      await health.close();
    }
  });
});
