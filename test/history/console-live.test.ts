import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { type SeededSeries, seed } from '../support/seed-series.js';
import { startConsole } from './start-console.js';

const noon = Date.UTC(2024, 0, 1, 12);
const start = noon - 75 * 60_000;
const step = 15_000;
/** Time moves by itself in steps; each takes real requests. */
const patient = { timeout: 20_000 };

/** A counter that grows by so much every 15 s for 75 minutes. */
function counter(name: string, labels: Record<string, string>, growth: number): SeededSeries {
  return { name, labels: { job: 'gateway', instance: 'a', ...labels }, values: `0+${growth}x299`, start, step };
}

function requests(model: string, provider: string, success: number, error: number): SeededSeries[] {
  const labels = { model, provider };
  return [
    counter('model_inference_requests_total', { ...labels, status: 'success' }, success),
    counter('model_inference_requests_total', { ...labels, status: 'error' }, error),
    counter('tokens_used_total', labels, 100 * success),
    counter('credits_used_total', labels, success),
    counter('model_inference_duration_seconds_bucket', { ...labels, le: '1' }, success),
    counter('model_inference_duration_seconds_bucket', { ...labels, le: '2' }, success + error),
    counter('model_inference_duration_seconds_bucket', { ...labels, le: '+Inf' }, success + error),
    counter('model_inference_duration_seconds_count', labels, success + error),
    counter('model_inference_duration_seconds_sum', labels, success + error),
    counter('time_to_first_chunk_seconds_sum', labels, success),
    counter('time_to_first_chunk_seconds_count', labels, 2 * success),
  ];
}

let prometheus: TestPrometheus;

beforeAll(async () => {
  const series = seed([
    ...requests('gpt-5', 'openai', 20, 0),
    ...requests('gpt-5-mini', 'openai', 10, 0),
    ...requests('mistral-large', 'mistral', 2, 6),
    ...requests('old', 'idle', 0, 0),
    counter('fastapi_requests_total', { status_code: '200', path: '/v1/chat/completions', method: 'POST' }, 32),
    counter('fastapi_requests_total', { status_code: '500', path: '/v1/chat/completions', method: 'POST' }, 1),
    // What this service exported itself must not count again.
    counter(
      'model_inference_requests_total',
      { model: 'x', provider: 'ghost', status: 'error', reexported_by: 'gatewayz-metrics' },
      9,
    ),
  ]);
  prometheus = await startTestPrometheus({ series });
});
afterAll(() => prometheus?.close());

describe('over a real Prometheus', () => {
  test('one document tells which provider is at fault, with its numbers, all of one evaluation', async () => {
    const { data } = startConsole(prometheus.url, noon - 2_000);
    const document = await data();
    expect(document.verdict).toEqual({ state: 'trouble', sentence: 'mistral is down: 75% of its requests fail.' });
    expect(document.timestamp).toBe(noon - 10_000);
    const provider = (name: string) => document.providers.find((one) => one.name === name)!;
    expect(document.providers.map(({ name }) => name)).toEqual(['idle', 'mistral', 'openai']);
    expect(provider('openai')).toMatchObject({
      state: 'healthy',
      error_ratio: 0,
      requests_per_minute: 120,
      since: null,
    });
    expect(provider('openai').first_token_seconds).toBe(0.5);
    expect(provider('openai').p95_seconds).toBeCloseTo(0.95, 6);
    expect(provider('mistral')).toMatchObject({ state: 'down', error_ratio: 0.75, requests_per_minute: 32 });
    expect(provider('mistral').p95_seconds).toBeGreaterThan(1.5);
    expect(provider('idle')).toMatchObject({ state: 'idle', error_ratio: null, p95_seconds: null });
    expect(document.values['http.request_rate_per_minute']).toBeCloseTo(132, 6);
    expect(document.sections?.map(({ title }) => title)).toEqual([
      'HTTP',
      'Models',
      'Providers',
      'Database',
      'Business',
    ]);
  });

  test('labels, kinds and reasons of fields are such as a reader wants them', async () => {
    const { data } = startConsole(prometheus.url, noon - 2_000);
    const { sections, missing } = await data();
    const fields = sections!.flatMap((section) => section.fields);
    const field = (id: string) => fields.find((one) => one.id === id);
    expect(field('http.avg_latency_ms')).toMatchObject({ label: 'Mean latency', kind: 'current' });
    expect(field('models.avg_inference_latency_ms')).toMatchObject({ label: 'Mean inference latency' });
    expect(field('business.active_api_keys')).toMatchObject({ label: 'Active API keys', kind: 'current' });
    const totals = fields.filter(({ kind }) => kind === 'total').map(({ id }) => id);
    expect(totals).toEqual([
      'http.total_requests',
      'models.total_inference_requests',
      'models.tokens_used_total',
      'models.credits_used_total',
      'database.total_queries',
      'business.total_tokens_used',
      'business.total_credits_used',
    ]);
    expect(missing['business.active_api_keys']).toContain('active_api_keys');
  });

  test('models are ranked by Prometheus, by what the reader chooses', async () => {
    const { data } = startConsole(prometheus.url, noon - 2_000);
    const byRequests = (await data('models=requests')).models!;
    expect(byRequests.total).toBe(4);
    expect(byRequests.rows.map(({ model }) => model)).toEqual(['gpt-5', 'gpt-5-mini', 'mistral-large']);
    const [first] = byRequests.rows;
    expect(first!.requests).toBeCloseTo(20 * 240, 0);
    expect(first!.tokens).toBeCloseTo(100 * 20 * 240, -2);
    expect(first).toMatchObject({ provider: 'openai', error_ratio: 0 });
    expect(first!.p95_seconds).toBeCloseTo(0.95, 6);
    const byErrors = (await data('models=errors')).models!;
    expect(byErrors.rows.map(({ model }) => model)).toEqual(['mistral-large']);
    expect(byErrors.rows[0]).toMatchObject({ error_ratio: 0.75 });
    const byP95 = (await data('models=p95')).models!;
    expect(byP95.rows[0]).toMatchObject({ model: 'mistral-large' });
    expect((await data()).models).toBeUndefined();
  });

  test('the history of a value is what Prometheus has, bounded, with its PromQL', async () => {
    const { history } = startConsole(prometheus.url, noon - 2_000);
    const document = await history('field=http.request_rate_per_minute&range=1h');
    expect(document.timestamps).toHaveLength(121);
    expect(document.values.at(-1)).toBeCloseTo(132, 6);
    expect(document.promql).toContain('reexported_by!="gatewayz-metrics"');
    const day = await history('field=http.error_rate&range=24h');
    expect(day.timestamps).toHaveLength(121);
    expect(day.values[0]).toBeNull();
    expect(day.values.at(-1)).toBeCloseTo(100 / 33, 3);
  });

  test('later documents hold only what is newer, and states since when', async () => {
    const { data, clock } = startConsole(prometheus.url, noon - 60_000);
    const first = await data();
    expect(first.history.timestamps).toEqual([first.timestamp]);
    expect(first.history.states).toEqual({ idle: 'i', mistral: 'x', openai: 'h' });
    let later = first;
    await expect
      .poll(async () => {
        await clock.advance(1_000);
        later = await data(`since=${first.timestamp}`);
        return later.history.timestamps.length;
      }, patient)
      .toBeGreaterThan(0);
    expect(later.sections).toBeUndefined();
    expect(later.history.timestamps[0]).toBeGreaterThan(first.timestamp);
    expect(later.history.timestamps.at(-1)).toBe(later.timestamp);
    expect(later.history.recorded_since).toBe(first.timestamp);
  });
});

test('a Prometheus that stops makes the verdict unknown, and the values old', async () => {
  const series = seed(requests('gpt-5', 'openai', 20, 0));
  const stopping = await startTestPrometheus({ series });
  const { data, clock } = startConsole(stopping.url, noon - 60_000);
  expect((await data()).verdict.state).toBe('well');
  await stopping.close();
  await clock.advance(20_000);
  await expect
    .poll(async () => {
      await clock.advance(5_000);
      return (await data()).verdict.sentence;
    }, patient)
    .toMatch(/^Cannot tell: the values are \d+ s old \(Prometheus at http:\/\/127\.0\.0\.1:\d+/);
});
