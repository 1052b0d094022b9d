import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { seed } from '../support/seed-series.js';
import { clientOf, errorOf } from './start-client.js';

const { signal } = new AbortController();
const instant = Date.UTC(2024, 0, 1, 12);
let prometheus: TestPrometheus | undefined;

beforeAll(async () => {
  const common = { start: instant - 600_000, step: 15_000 };
  const series = seed([
    { name: 'answer', labels: { job: 'a', text: '"\\\n模型' }, values: Array(41).fill(42), ...common },
    { name: 'tiny', labels: { job: 'b' }, values: Array(41).fill(1e-7), ...common },
    { name: 'gone', labels: { job: 'c' }, values: [1, 1], start: instant - 3 * 3_600_000, step: 15_000 },
  ]);
  prometheus = await startTestPrometheus({ series });
});

afterAll(() => prometheus?.close());

const client = (settings = {}) => clientOf({ prometheusUrl: prometheus?.url ?? '', ...settings });

test('a real Prometheus answers vectors, scalars and special values', async () => {
  const { query } = client();
  const { vector, seconds } = await query('answer', instant, signal);
  expect(vector).toEqual([{ labels: { job: 'a', text: '"\\\n模型' }, value: '42' }]);
  expect(seconds).toBeGreaterThan(0);
  expect((await query('tiny', instant, signal)).vector[0]?.value).toBe('1e-07');
  expect((await query('1 / 0', instant, signal)).vector).toEqual([{ labels: {}, value: '+Inf' }]);
  expect((await query('vector(NaN)', instant, signal)).vector).toEqual([{ labels: {}, value: 'NaN' }]);
  expect((await query('time()', instant + 123, signal)).vector[0]?.value).toBe(`${instant / 1000}.123`);
  expect((await query('nothing', instant, signal)).vector).toEqual([]);
});

test('a real Prometheus lists the metrics and label values of the last five minutes', async () => {
  const { metricNames, labelValues } = client();
  expect((await metricNames('{job=~"a|c"}', instant, signal)).names).toEqual(new Set(['answer']));
  expect((await labelValues('job', '{__name__!=""}', instant, signal)).values).toEqual(['a', 'b']);
});

test('a real Prometheus refuses a query in its own words', async () => {
  const { query } = client();
  expect(await errorOf(query('sum(', instant, signal))).toMatchObject({
    code: 'upstream_rejected',
    message: expect.stringMatching(/ answered HTTP 400: bad_data: .*parse error/),
  });
  expect(await errorOf(query('answer * on() {job=~"a|b"}', instant, signal))).toMatchObject({
    code: 'upstream_rejected',
    message: expect.stringMatching(/ answered HTTP 422: execution: /),
  });
  expect(await errorOf(query('answer[5m]', instant, signal))).toMatchObject({
    code: 'upstream_invalid',
    message: expect.stringContaining('matrix'),
  });
});

test('a real Prometheus gives up a slow query before we do, and says so', async () => {
  const { query } = client({ prometheusTimeout: 2000 });
  const slow = Array(1000).fill('sum_over_time(vector(time())[12h:1s])').join(' + ');
  const error = await errorOf(query(slow, instant, signal));
  expect(error).toMatchObject({ code: 'upstream_timeout', message: expect.stringContaining('(HTTP 503): timeout: ') });
});

test('a real Prometheus at another path is told by its 404', async () => {
  const { query } = client({ prometheusUrl: `${prometheus?.url}/wrong` });
  expect(await errorOf(query('up', instant, signal))).toMatchObject({
    code: 'upstream_invalid',
    message: expect.stringMatching(/ answered HTTP 404.*is the path of PROMETHEUS_URL right/),
  });
});
