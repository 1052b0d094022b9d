import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { View } from '../../src/render/representation.js';
import type { SummaryDocument } from '../../src/render/summary.js';
import { startFakeHealthService } from '../support/fake-health-service.js';
import { apiError, hang, plainText, reset } from '../support/fake-upstream-behaviours.js';
import { noon } from '../support/refreshing.js';
import { type StartedEngine, startEngine } from '../support/start-engine.js';
import { until } from '../support/until.js';

const summary: View = { endpoint: 'summary', format: 'json', encoding: 'identity' };
const numbers: View = { ...summary, format: 'json-numbers' };
const business: View = { endpoint: 'business', format: 'text', encoding: 'identity' };
const system: View = { endpoint: 'system', format: 'openmetrics', encoding: 'gzip' };

const documentOf = (started: StartedEngine): SummaryDocument => JSON.parse(started.text(summary));

describe('what Prometheus is asked', () => {
  test('all of one refresh carries the same instant, each question comes once, and caches are told to keep out', async () => {
    const { engine, clock, prometheus } = await startEngine();
    clock.jump(67_300);
    await Promise.all([summary, business, system].map((view) => engine.ask(view)));
    const time = String(noon / 1000 + 60);
    const questions = prometheus.requests.filter(({ promql }) => promql !== '');
    expect(questions.length).toBeGreaterThan(20);
    expect(new Set(questions.map(({ params }) => params.get('time')))).toEqual(new Set([time]));
    expect(new Set(questions.map(({ params }) => params.get('nocache')))).toEqual(new Set(['1']));
    expect(new Set(questions.map(({ promql }) => promql)).size).toBe(questions.length);
    const labels = prometheus.requests.filter(({ promql }) => promql === '');
    expect(labels.map(({ path, params }) => [path, params.get('end')])).toEqual([
      ['/api/v1/label/__name__/values', time],
    ]);
  });

  test('are the rows of the endpoints that are asked for, and nothing once nobody asks', async () => {
    const { engine, clock, prometheus, nextRefresh } = await startEngine({ metricsIdleAfter: '2m' });
    await engine.ask(business);
    await nextRefresh(business);
    const metrics = /active_api_keys|subscription_count|trial_active|tokens_used_total|credits_used_total/;
    const questions = prometheus.requests.map(({ promql }) => promql).filter((promql) => promql !== '');
    expect(questions).toHaveLength(10);
    expect(questions.every((promql) => metrics.test(promql))).toBe(true);
    await nextRefresh(business);
    await clock.advance(3_600_000);
    expect(prometheus.requests.filter(({ promql }) => promql !== '')).toHaveLength(15);
    expect(prometheus.inFlight).toBe(0);
  });

  test('is nothing at all for the state', async () => {
    const { engine, prometheus } = await startEngine();
    expect(await engine.state()).toMatchObject({ ready: false, upstreamUp: undefined, intervalSeconds: 60 });
    expect(prometheus.requests).toEqual([]);
  });
});

describe('views', () => {
  test('are rendered as soon as they are asked for where their endpoint is warm: nothing is asked for them', async () => {
    const { engine, prometheus, published, text } = await startEngine();
    await engine.ask(summary);
    const requests = prometheus.requests.length;
    await engine.ask(numbers);
    expect(prometheus.requests).toHaveLength(requests);
    expect(published.map(({ view }) => view)).toEqual([summary, numbers]);
    expect([
      JSON.parse(text(summary)).metrics.http.in_progress,
      JSON.parse(text(numbers)).metrics.http.in_progress,
    ]).toEqual(['1', 1]);
  });

  test('are rendered with every refresh, each for as long as it is asked for', async () => {
    const { engine, published, nextRefresh } = await startEngine({ metricsIdleAfter: '2m' });
    await engine.ask(summary);
    await nextRefresh(summary);
    await engine.ask(numbers);
    await nextRefresh(numbers);
    engine.touch(numbers);
    await nextRefresh(numbers);
    const formats = published.map(({ view, evaluationTime: instant }) => `${(instant - noon) / 1000} ${view.format}`);
    expect(formats).toEqual(['-60 json', '0 json', '0 json-numbers', '60 json', '60 json-numbers', '120 json-numbers']);
  });

  test('that are compressed hold the same text', async () => {
    const { engine, published } = await startEngine();
    const plain: View = { ...system, encoding: 'identity' };
    await Promise.all([engine.ask(system), engine.ask(plain)]);
    const [gzip, identity] = published.map(({ body }) => body);
    expect(gunzipSync(gzip!).equals(identity!)).toBe(true);
  });

  test('that cannot be handed on are a defect in the log, and nothing else', async () => {
    let broken = true;
    const { engine, clock, lines, published, text } = await startEngine({}, () => {
      if (broken) throw new Error('no memory');
    });
    await engine.ask(business);
    await clock.advance(5_000);
    await until(() => lines.length > 0, { what: 'publishing has failed' });
    expect(lines).toMatchObject([{ level: 'error', message: 'bug: rendering a snapshot failed' }]);
    broken = false;
    await clock.advance(60_000);
    await until(() => published.length > 1, { what: 'the next refresh is published' });
    expect(text(business)).toContain('active_api_keys');
  });
});

describe('a snapshot', () => {
  test('of what is kept warm is the one at hand; asking for it keeps it warm', async () => {
    const { engine, clock, prometheus } = await startEngine({ metricsIdleAfter: '2m' });
    const first = await engine.snapshot('business');
    const requests = prometheus.requests.length;
    expect(await engine.snapshot('business')).toBe(first);
    expect(prometheus.requests).toHaveLength(requests);
    await clock.advance(3_600_000);
    expect((await engine.snapshot('business'))?.evaluationTime).toBe(noon + 3_540_000);
  });
});

describe('while Prometheus is down', () => {
  test.each([
    ['refuses connections', reset, 'upstream_unreachable'],
    ['replays its log', plainText(503, 'Service Unavailable'), 'upstream_overloaded'],
    ['answers nonsense', plainText(200, 'hello'), 'upstream_invalid'],
  ])(
    'and %s, the last good answer is shown as stale, and the next good one ends that',
    async (_name, behaviour, code) => {
      const started = await startEngine();
      const { engine, prometheus, lines, nextRefresh } = started;
      await engine.ask(summary);
      expect(documentOf(started)).toMatchObject({ status: 'ok', age_seconds: 60, missing: {}, stale: {} });
      prometheus.behave(behaviour);
      for (const age of [65, 125, 185]) {
        const { status, stale, evaluationTime: instant } = await nextRefresh(summary);
        expect([status, stale, instant]).toEqual([200, true, noon - 60_000]);
        const document = documentOf(started);
        expect(document).toMatchObject({ status: 'stale', age_seconds: age, missing: {} });
        expect(document.metrics['http']?.['in_progress']).toBe('1');
        expect(document.stale['http.in_progress']).toBe(age);
      }
      prometheus.recover();
      await nextRefresh(summary);
      expect(documentOf(started)).toMatchObject({ status: 'ok', age_seconds: 5, stale: {} });
      expect(lines.map(({ level, fields }) => [level, fields['code']])).toEqual([
        ['warn', code],
        ['info', undefined],
      ]);
    },
  );

  test('what is kept goes when its time is over, and it is not asked more often for that', async () => {
    const started = await startEngine({ metricsStaleLimit: 360 });
    const { engine, prometheus, nextRefresh } = started;
    await engine.ask(summary);
    prometheus.behave(reset);
    for (let refresh = 0; refresh < 5; refresh += 1) expect((await nextRefresh(summary)).status).toBe(200);
    const { status } = await nextRefresh(summary);
    expect([status, JSON.parse(started.text(summary))]).toEqual([
      503,
      {
        timestamp: new Date(noon + 305_000).toISOString(),
        status: 'unavailable',
        error: { code: 'unavailable', message: expect.stringMatching(/^Prometheus at http:\S+ .*$/) },
      },
    ]);
  });

  test('and silent, one question an attempt is open, and the first answer is shown within interval and timeout', async () => {
    const started = await startEngine();
    const { engine, clock, prometheus, published, nextRefresh } = started;
    await engine.ask(summary);
    prometheus.behave(hang);
    const requests = prometheus.requests.length;
    await clock.advance(5_000);
    await until(() => prometheus.inFlight > 0, { what: 'a question hangs' });
    await clock.advance(7_000);
    prometheus.recover();
    await clock.advance(2_999);
    expect(prometheus.requests.length).toBe(requests + 1);
    await clock.advance(1);
    await until(() => published.at(-1)?.stale, { what: 'the attempt has failed' });
    expect(prometheus.requests.length).toBe(requests + 1);
    expect((await nextRefresh(summary)).stale).toBe(false);
    expect(clock.now()).toBe(noon + 65_000);
  });

  test('and sends Retry-After, it is honoured', async () => {
    const started = await startEngine();
    const { engine, prometheus, nextRefresh } = started;
    await engine.ask(business);
    prometheus.behave(apiError(429, 'too_many', 'slow down', { 'retry-after': '200' }));
    await nextRefresh(business);
    const requests = prometheus.requests.length;
    prometheus.recover();
    for (let refresh = 0; refresh < 3; refresh += 1) expect((await nextRefresh(business)).stale).toBe(true);
    expect(prometheus.requests).toHaveLength(requests);
    expect((await nextRefresh(business)).stale).toBe(false);
  });

  test('and sends Retry-After for one query of many, that one gets it, and the others are fresh', async () => {
    const started = await startEngine();
    const { engine, prometheus, nextRefresh } = started;
    await engine.ask(summary);
    const isTrials = ({ promql }: { readonly promql: string }) => promql.includes('trial_active');
    const asked = () => prometheus.requests.filter(isTrials).length;
    prometheus.behave(apiError(429, 'too_many', 'slow down', { 'retry-after': '200' }), isTrials);
    await nextRefresh(summary);
    expect(asked()).toBe(2);
    prometheus.recover();
    for (const age of [125, 185, 245]) {
      await nextRefresh(summary);
      expect(documentOf(started)).toMatchObject({ status: 'partial', age_seconds: 5 });
      expect(documentOf(started).stale).toEqual({ 'business.active_trials': age });
    }
    expect(asked()).toBe(2);
    await nextRefresh(summary);
    expect(documentOf(started)).toMatchObject({ status: 'ok', stale: {} });
    expect(asked()).toBe(3);
  });

  test('one query of many leaves the other families fresh, and the old one named', async () => {
    const started = await startEngine();
    const { engine, prometheus, nextRefresh } = started;
    await engine.ask(summary);
    prometheus.behave(apiError(422, 'execution', 'too many samples'), ({ promql }) => promql.includes('trial_active'));
    await nextRefresh(summary);
    expect(documentOf(started)).toMatchObject({ status: 'partial', age_seconds: 5, missing: {} });
    expect(documentOf(started).stale).toEqual({ 'business.active_trials': 65 });
    expect(await engine.state()).toMatchObject({ refreshes: { success: 1, partial: 1, failure: 0 }, upstreamUp: true });
  });
});

describe('with a Health Service', () => {
  async function startBoth() {
    const health = await startFakeHealthService();
    onTestFinished(() => health.close());
    return { health, start: () => startEngine({ healthServiceUrl: health.url }) };
  }

  test('its values are in the summary, and its families in the state', async () => {
    const { start } = await startBoth();
    const started = await start();
    await started.engine.ask(summary);
    expect(documentOf(started)).toMatchObject({ status: 'ok', metrics: { health: { tracked_models: '342' } } });
    const state = await started.engine.state();
    expect(state?.ready).toBe(true);
    expect(state?.healthEndpoints).toEqual({
      '/health': true,
      '/status': true,
      '/metrics': true,
      '/cache/stats': true,
    });
    expect(state?.healthFamilies.map(({ name }) => name)).toContain('gatewayz_health_tracked_models');
  });

  test('the summary is there without Prometheus, and says which part is missing', async () => {
    const { start } = await startBoth();
    const started = await start();
    started.prometheus.behave(reset);
    await started.engine.ask(summary);
    const document = documentOf(started);
    expect(document).toMatchObject({ status: 'stale', metrics: { health: { service_up: '1' } } });
    expect(document.metrics['http']?.['in_progress']).toBe('N/A');
    expect(document.missing['http.in_progress']).toMatch(/^Prometheus at http/);
    expect(document.age_seconds).toBe(60);
  });

  test('while Prometheus hangs, a request has what the Health Service says before its patience ends, and then both', async () => {
    const { health, start } = await startBoth();
    const started = await start();
    const { engine, clock, prometheus, published, nextRefresh } = started;
    prometheus.behave(hang);
    const asked = engine.ask(summary);
    await until(() => prometheus.inFlight > 0 && health.requests.length >= 4, { what: 'both are asked' });
    await until(async () => (await engine.state())?.ready, { what: 'the Health Service has answered' });
    await clock.advance(6_999);
    expect(published).toEqual([]);
    await clock.advance(1);
    await asked;
    expect(published.at(-1)).toMatchObject({ status: 200, stale: true });
    const document = documentOf(started);
    expect(document).toMatchObject({
      status: 'stale',
      metrics: { health: { service_up: '1', tracked_models: '342' } },
    });
    expect(document.missing['http.in_progress']).toBe('Prometheus has not responded yet');
    expect(document.metrics['http']?.['in_progress']).toBe('N/A');

    await clock.advance(3_000);
    await until(() => published.length > 1, { what: 'the attempt has failed' });
    expect(documentOf(started).missing['http.in_progress']).toMatch(/^Prometheus at http/);
    prometheus.recover();
    expect((await nextRefresh(summary)).stale).toBe(false);
  });

  test('the time counts from the arrival of the request, however late a thread has started', async () => {
    const { start } = await startBoth();
    const { engine, clock, prometheus, published } = await start();
    prometheus.behave(hang);
    const asked = engine.ask(summary, clock.now() - 6_000);
    await until(async () => prometheus.inFlight > 0 && (await engine.state())?.ready, { what: 'all is asked' });
    await clock.advance(1_000);
    await asked;
    expect(published.map(({ status }) => status)).toEqual([200]);
    await clock.advance(9_000);
  });

  test('while Prometheus hangs, its bytes are marked as provisional', async () => {
    const { health } = await startBoth();
    const { engine, clock, prometheus, published, nextRefresh } = await startEngine({
      healthServiceUrl: health.url,
      metricsIdleAfter: '2m',
    });
    await engine.ask(summary);
    await nextRefresh(summary);
    await nextRefresh(summary);
    await clock.advance(120_000);
    prometheus.behave(hang);
    const [before, requests] = [published.length, prometheus.requests.length];
    const asked = engine.ask(summary);
    const other = engine.ask(numbers);
    await until(() => prometheus.requests.length > requests, { what: 'a question hangs' });
    await clock.advance(7_000);
    await Promise.all([asked, other]);
    expect(
      published
        .slice(before)
        .map(({ view, provisional }) => [view.format, provisional])
        .sort(),
    ).toEqual([
      ['json', true],
      ['json-numbers', true],
    ]);
    await clock.advance(3_000);
  });

  test('while both hang, nothing is said', async () => {
    const { health, start } = await startBoth();
    for (const endpoint of ['/health', '/status', '/metrics', '/cache/stats'] as const) health.reply(endpoint, 'hang');
    const { engine, clock, prometheus, published } = await start();
    prometheus.behave(hang);
    const asked = engine.ask(summary);
    await until(() => prometheus.inFlight > 0 && health.waiting === 4, { what: 'all questions hang' });
    await clock.advance(7_000);
    expect(published).toEqual([]);
    await clock.advance(3_000);
    await asked;
    expect(published.map(({ status }) => status)).toEqual([503]);
  });

  test('a silent one holds up the first answer for two seconds, and later ones not at all', async () => {
    const { health, start } = await startBoth();
    for (const endpoint of ['/health', '/status', '/metrics', '/cache/stats'] as const) health.reply(endpoint, 'hang');
    const started = await start();
    const { engine, clock, prometheus, published, nextRefresh } = started;
    const asked = engine.ask(summary);
    await until(() => prometheus.requests.length > 20 && prometheus.inFlight === 0, {
      what: 'Prometheus has answered',
    });
    await clock.advance(1_999);
    expect(published).toEqual([]);
    await clock.advance(1);
    await asked;
    expect(documentOf(started)).toMatchObject({ status: 'ok', metrics: { health: { service_up: 'N/A' } } });
    expect((await engine.state())?.healthFamilies).toEqual([]);
    await nextRefresh(summary);
    expect(clock.now()).toBe(noon + 5_000);
  });

  test('only its own answers make it count as ready', async () => {
    const { health, start } = await startBoth();
    for (const endpoint of ['/health', '/status', '/metrics', '/cache/stats'] as const) health.reply(endpoint, 'hang');
    const { engine, clock, prometheus } = await start();
    prometheus.behave(reset);
    const asked = engine.ask(summary);
    await clock.advance(2_000);
    await asked;
    expect((await engine.state())?.ready).toBe(false);
  });
});

test('the series cap is told when it changes', async () => {
  const { engine, dropped, prometheus, nextRefresh } = await startEngine({ metricsMaxSeries: 1 });
  const codes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ labels: { status_code: String(200 + index) }, value: '1' }));
  const answer = (count: number) =>
    prometheus.answer((promql) => (promql.includes('by (status_code)') ? codes(count) : []));
  answer(3);
  await engine.ask(system);
  expect(dropped.at(-1)).toEqual({ fastapi_requests_total: 2 });
  const told = dropped.length;
  await nextRefresh(system);
  expect(dropped).toHaveLength(told);
  answer(1);
  await nextRefresh(system);
  expect(dropped.slice(told)).toEqual([{}]);
});

test('closing ends everything, and what is asked then resolves', async () => {
  const health = await startFakeHealthService();
  onTestFinished(() => health.close());
  const { engine, clock, prometheus } = await startEngine({ healthServiceUrl: health.url });
  prometheus.behave(hang);
  const asked = engine.ask(summary);
  await until(() => prometheus.inFlight > 0, { what: 'a question hangs' });
  await Promise.all([engine.close(), engine.close()]);
  await asked;
  await until(() => prometheus.openConnections === 0, { what: 'the connections are closed' });
  const requests = prometheus.requests.length;
  engine.touch(summary);
  await engine.ask(summary);
  await clock.advance(60_000);
  expect(prometheus.requests).toHaveLength(requests);
});
