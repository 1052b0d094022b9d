import { describe, expect, it } from 'vitest';
import { checkHandlingTime, type Load } from '../../../../src/tools/check/service/check-handling-time.js';
import { loadFor } from '../../../../src/tools/check/service/measure-handling-times.js';

const summary = { endpoint: 'summary', budget: 50 };
const local: Load = { requests: 500, quantile: 0.99 };

/** Cumulative counts: so many within 50 ms, within 100 ms, and in all. */
function histogram(within50: number, within100: number, all: number): ReadonlyMap<number, number> {
  return new Map([
    [0.05, within50],
    [0.1, within100],
    [Number.POSITIVE_INFINITY, all],
  ]);
}

/** A burst whose client times are these; all other requests of the load took 1 ms. */
function burst(requests: number, ...seconds: number[]) {
  const others = Array.from({ length: requests - seconds.length }, () => 0.001);
  return { seconds: [...others, ...seconds], problems: new Map<string, number>() };
}

const judge = (after: ReadonlyMap<number, number>, load = local, before = histogram(0, 0, 0)) =>
  checkHandlingTime(summary, { burst: burst(load.requests, 0.3, 0.2), before, after }, load);

describe('the load', () => {
  it.each(['http://127.0.0.1:8000', 'http://localhost:8000', 'http://[::1]:8000/gateway'])(
    'of a service on this machine, at %s, is 500 requests, of which the p99 counts',
    (url) => {
      expect(loadFor(url)).toEqual({ requests: 500, quantile: 0.99 });
    },
  );

  it.each(['http://backend:8000', 'https://10.0.0.5', 'http://[fd00::1]:8000', 'http://localhost.example.org'])(
    'of a service elsewhere, at %s, is 100 requests, of which the p95 counts',
    (url) => {
      expect(loadFor(url)).toEqual({ requests: 100, quantile: 0.95 });
    },
  );
});

describe('handling times', () => {
  it('are judged by the bucket that holds the quantile, with the client times beside', () => {
    expect(judge(histogram(495, 500, 500))).toEqual({
      id: 'time.summary',
      ok: true,
      value: 50,
      budget: 50,
      detail: 'p99 of 500 at most 50 ms; client p99 1 ms',
    });
  });

  it('fail when one more request than the quantile allows is over the budget, and say what to look for', () => {
    expect(judge(histogram(494, 500, 500))).toMatchObject({
      ok: false,
      value: 100,
      detail: expect.stringMatching(/^p99 of 500 at most 100 ms; client p99 1 ms; .*event loop/),
    });
  });

  it('count from the moment before the load: what was slow earlier is not judged', () => {
    expect(judge(histogram(500, 550, 1500), local, histogram(0, 50, 1000))).toMatchObject({ ok: true, value: 50 });
  });

  it('of a remote service are judged by the p95 of 100', () => {
    const remote: Load = { requests: 100, quantile: 0.95 };
    expect(judge(histogram(95, 100, 100), remote)).toMatchObject({ ok: true, value: 50 });
    expect(judge(histogram(94, 100, 100), remote)).toMatchObject({ ok: false, value: 100 });
  });

  it('that no bound holds have no value and fail', () => {
    expect(judge(histogram(0, 0, 500))).toMatchObject({
      ok: false,
      value: null,
      detail: expect.stringContaining('longer than any bound'),
    });
  });

  it('are not judged where the endpoint fails, which is reported elsewhere', () => {
    const measured = { burst: undefined, before: histogram(0, 0, 0), after: histogram(500, 500, 500) };
    expect(checkHandlingTime(summary, measured, local)).toMatchObject({ ok: true, value: null, level: 'skip' });
  });

  it.each([
    [
      'not all requests were answered',
      { burst: { seconds: [], problems: new Map([['HTTP 503', 3]]) } },
      '3 × HTTP 503',
    ],
    ['the scrape target cannot be read', { after: undefined }, 'its scrape target could not be read'],
    ['the counts fell', { before: histogram(600, 600, 600) }, 'less than before'],
    ['another instance counted', { after: histogram(200, 200, 200) }, 'counted 200 of 500 requests'],
  ])('fail, with the reason, where %s', (_, more, reason) => {
    const measured = { burst: burst(500), before: histogram(0, 0, 0), after: histogram(500, 500, 500), ...more };
    expect(checkHandlingTime(summary, measured, local)).toMatchObject({
      ok: false,
      value: null,
      detail: expect.stringContaining(reason),
    });
  });
});
