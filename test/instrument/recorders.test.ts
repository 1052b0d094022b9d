import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGatewayMetrics, type Recorders } from '../../src/instrument/index.js';
import { metricValue, metricValues } from '../support/metric-values.js';

const pair = { provider: 'p', model: 'm' };

describe('recordInference', () => {
  test('counts the request, its time under each of the three names, its tokens by type and its credits', async () => {
    const instruments = createGatewayMetrics();
    instruments.recordInference({
      ...pair,
      status: 'success',
      seconds: 2,
      inputTokens: 30,
      outputTokens: 12,
      credits: 0.25,
    });
    instruments.recordInference({ ...pair, status: 'success', seconds: 4, inputTokens: 3, firstChunkSeconds: 0.4 });

    expect(await metricValues(instruments, 'model_inference_requests_total')).toEqual([
      { name: 'model_inference_requests_total', labels: { ...pair, status: 'success' }, value: 2 },
      { name: 'model_inference_requests_total', labels: { ...pair, status: 'error' }, value: 0 },
    ]);
    expect(await metricValue(instruments, 'model_inference_duration_seconds', pair, '_sum')).toBe(6);
    expect(await metricValue(instruments, 'provider_response_time_seconds', { provider: 'p' }, '_sum')).toBe(6);
    const byStatus = { ...pair, status: 'success' };
    expect(await metricValue(instruments, 'provider_response_duration_seconds', byStatus, '_sum')).toBe(6);
    expect(await metricValue(instruments, 'time_to_first_chunk_seconds', pair, '_count')).toBe(1);
    expect(await metricValue(instruments, 'tokens_used_total', { ...pair, token_type: 'input' })).toBe(33);
    expect(await metricValue(instruments, 'tokens_used_total', { ...pair, token_type: 'output' })).toBe(12);
    expect(await metricValue(instruments, 'credits_used_total', pair)).toBe(0.25);
  });

  test('an error series exists from the first request on, so that a rate sees the first error', async () => {
    const instruments = createGatewayMetrics();
    instruments.recordInference({ ...pair, status: 'success' });
    expect(await metricValue(instruments, 'model_inference_requests_total', { ...pair, status: 'error' })).toBe(0);
    instruments.recordInference({ ...pair, status: 'error' });
    expect(await metricValue(instruments, 'model_inference_requests_total', { ...pair, status: 'error' })).toBe(1);
  });

  test('counts a request that never reached the provider without giving it a time', async () => {
    const instruments = createGatewayMetrics();
    instruments.recordInference({ ...pair, status: 'error' });
    expect(await metricValue(instruments, 'model_inference_requests_total', { status: 'error' })).toBe(1);
    expect(await metricValue(instruments, 'model_inference_duration_seconds', {}, '_count')).toBeUndefined();
    expect(await metricValues(instruments, 'gatewayz_instrument_rejected_total')).toEqual([]);
  });

  test('still counts the request when only its time is wrong, and says which field was', async () => {
    const instruments = createGatewayMetrics();
    instruments.recordInference({ ...pair, status: 'success', seconds: -1, inputTokens: Number.NaN, outputTokens: 5 });
    expect(await metricValue(instruments, 'model_inference_requests_total')).toBe(1);
    expect(await metricValue(instruments, 'model_inference_duration_seconds', {}, '_count')).toBeUndefined();
    expect(await metricValue(instruments, 'tokens_used_total')).toBe(5);
    expect(await rejections(instruments)).toEqual({ 'recordInference.seconds': 1, 'recordInference.inputTokens': 1 });
  });

  test('tells pairs apart up to the limit; later models are "other", known ones stay themselves', async () => {
    const instruments = createGatewayMetrics({ maxPairs: 2 });
    for (const model of ['a', 'b', 'c', 'd', 'a'])
      instruments.recordInference({ provider: 'p', model, status: 'success' });
    const byModel = (await metricValues(instruments, 'model_inference_requests_total'))
      .filter(({ labels }) => labels['status'] === 'success')
      .map(({ labels, value }) => [labels['model'], value]);
    expect(byModel).toEqual([
      ['a', 2],
      ['b', 1],
      ['other', 2],
    ]);
    expect(await metricValue(instruments, 'gatewayz_instrument_folded_total', { label: 'model' })).toBe(2);
  });
});

describe('the other recorders', () => {
  test('a cache that always hits has misses too: none', async () => {
    const instruments = createGatewayMetrics();
    instruments.recordCacheLookup({ cache: 'auth', hit: true });
    expect(await metricValue(instruments, 'cache_hits_total', { cache_name: 'auth' })).toBe(1);
    expect(await metricValue(instruments, 'cache_misses_total', { cache_name: 'auth' })).toBe(0);
  });

  test('provider health is 0 or 1 for a boolean; an error rate that is not given leaves no series', async () => {
    const instruments = createGatewayMetrics();
    instruments.setProviderHealth({ provider: 'up', availability: true });
    instruments.setProviderHealth({ provider: 'down', availability: false, errorRate: 1 });
    expect(await metricValue(instruments, 'provider_availability', { provider: 'up' })).toBe(1);
    expect(await metricValue(instruments, 'provider_availability', { provider: 'down' })).toBe(0);
    expect(await metricValue(instruments, 'provider_error_rate', { provider: 'up' })).toBeUndefined();
    expect(await metricValue(instruments, 'provider_error_rate', { provider: 'down' })).toBe(1);
  });

  test('shares above 1 are refused: they would be taken for percent', async () => {
    const instruments = createGatewayMetrics();
    instruments.setProviderHealth({ provider: 'p', availability: 99, errorRate: 5 });
    expect(await metricValues(instruments, 'provider_availability')).toEqual([]);
    expect(await metricValues(instruments, 'provider_error_rate')).toEqual([]);
    expect(await rejections(instruments)).toEqual({
      'setProviderHealth.availability': 1,
      'setProviderHealth.errorRate': 1,
    });
  });

  test('gauges keep the last value', async () => {
    const instruments = createGatewayMetrics();
    instruments.setActiveApiKeys('active', 5);
    instruments.setActiveApiKeys('active', 7);
    instruments.setCacheSize({ cache: 'auth', bytes: 10 });
    instruments.setCacheSize({ cache: 'auth', bytes: 0 });
    expect(await metricValue(instruments, 'active_api_keys', { status: 'active' })).toBe(7);
    expect(await metricValue(instruments, 'cache_size_bytes', { cache_name: 'auth' })).toBe(0);
  });

  test('a database query counts and is timed', async () => {
    const instruments = createGatewayMetrics();
    instruments.recordDatabaseQuery({ table: 'users', operation: 'select', seconds: 0.003 });
    expect(await metricValue(instruments, 'database_queries_total', { table: 'users', operation: 'select' })).toBe(1);
    const bucket = { table: 'users', le: '0.005' };
    expect(await metricValue(instruments, 'database_query_duration_seconds', bucket, '_bucket')).toBe(1);
  });

  test('an exception is named by its class, or by the name it was given', async () => {
    class UpstreamError extends Error {}
    const instruments = createGatewayMetrics({ appName: 'edge' });
    instruments.recordException(new UpstreamError());
    instruments.recordException(new RangeError());
    instruments.recordException('Timeout');
    const types = (await metricValues(instruments, 'fastapi_exceptions_total')).map(({ labels }) => labels);
    expect(types).toEqual(
      ['UpstreamError', 'RangeError', 'Timeout'].map((exception_type) => ({ app_name: 'edge', exception_type })),
    );
  });

  test('a call that overflows its labels does not spoil those of another', async () => {
    const instruments = createGatewayMetrics();
    for (let status = 0; status < 30; status += 1) instruments.recordInference({ ...pair, status: `status ${status}` });
    instruments.setActiveApiKeys('active', 3);
    expect(await metricValue(instruments, 'active_api_keys', { status: 'active' })).toBe(3);
    expect(await metricValues(instruments, 'model_inference_requests_total')).toHaveLength(22);
  });
});

describe('whatever a gateway hands in', () => {
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true });
  const fields = ['provider', 'model', 'status', 'seconds', 'inputTokens', 'outputTokens', 'credits', 'table'];
  const utf16 = fc.nat(0xffff).map((unit) => String.fromCharCode(unit));
  const likely = fc.record(
    Object.fromEntries(
      [...fields, 'operation', 'cache', 'hit', 'bytes', 'availability', 'errorRate', 'planType', 'count'].map(
        (field) => [field, fc.oneof(fc.string({ unit: utf16, minLength: 1 }), fc.double(), fc.boolean(), anything)],
      ),
    ),
    { requiredKeys: [] },
  );
  const calls = [
    'recordInference',
    'recordDatabaseQuery',
    'recordCacheLookup',
    'setCacheSize',
    'setProviderHealth',
    'setActiveApiKeys',
    'setTrials',
    'setSubscriptions',
    'recordException',
  ] as const satisfies readonly (keyof Recorders)[];

  test('nothing throws, and the export has only finite values, none below 0, and no series twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...calls), fc.oneof(likely, anything), anything), { maxLength: 30 }),
        async (records) => {
          const instruments = createGatewayMetrics();
          for (const [call, first, second] of records) {
            (instruments[call] as (...values: unknown[]) => void)(first, second);
          }
          const { body } = await instruments.metrics();
          const series = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
          for (const line of series) expect(line).toMatch(/ \d+(\.\d+)?(e[+-]?\d+)?$/);
          const names = series.map((line) => Buffer.from(line.replace(/ \S+$/, '')).toString());
          expect(new Set(names).size).toBe(names.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('names that become the same once encoded are "other", not a series that comes twice', async () => {
    const instruments = createGatewayMetrics();
    for (const model of ['\ud800', '\udfff', 'm'.repeat(201)]) {
      instruments.recordInference({ provider: 'p', model, status: 'success' });
    }
    expect(await metricValues(instruments, 'model_inference_requests_total')).toMatchObject([
      { labels: { model: 'other', status: 'success' }, value: 3 },
      { labels: { model: 'other', status: 'error' }, value: 0 },
    ]);
  });

  test('a getter that throws is counted under its call', async () => {
    const instruments = createGatewayMetrics();
    instruments.setCacheSize({
      cache: 'auth',
      get bytes(): number {
        throw new Error('no');
      },
    });
    expect(await rejections(instruments)).toEqual({ setCacheSize: 1 });
  });
});

async function rejections(instruments: Parameters<typeof metricValues>[0]): Promise<Record<string, number>> {
  const values = await metricValues(instruments, 'gatewayz_instrument_rejected_total');
  return Object.fromEntries(values.map(({ labels, value }) => [labels['reason'], value]));
}
