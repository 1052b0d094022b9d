import { describe, expect, test } from 'vitest';
import { GatewayzMetricsError } from '../../src/errors.js';
import { HistoryQueries, historyRanges, type QueryRange } from '../../src/history/history-queries.js';
import type { RangePoint } from '../../src/prometheus/range-client.js';
import { FakeClock } from '../support/fake-clock.js';

const noon = Date.UTC(2026, 10, 22, 12);

interface Call {
  readonly promql: string;
  readonly points: number;
  readonly signal: AbortSignal;
  readonly resolve: (points: readonly RangePoint[]) => void;
  readonly reject: (error: Error) => void;
}

function start(): { histories: HistoryQueries; calls: Call[]; clock: FakeClock } {
  const calls: Call[] = [];
  const clock = new FakeClock(noon);
  const query: QueryRange = (promql, { from, to, step }, signal) =>
    new Promise((resolve, reject) => {
      calls.push({ promql, points: (to - from) / step + 1, signal, resolve, reject });
    });
  return { histories: new HistoryQueries(query, 5_000, clock), calls, clock };
}

describe('histories of values', () => {
  test.each(historyRanges)('have at most 200 points over %s', (range) => {
    const { histories, calls } = start();
    void histories.read('up', range);
    expect(calls[0]!.points).toBeLessThanOrEqual(200);
  });

  test('are queried once for all readers, and again when a new point is due', async () => {
    const { histories, calls, clock } = start();
    const readers = Array.from({ length: 100 }, () => histories.read('up', '1h'));
    expect(calls).toHaveLength(1);
    calls[0]!.resolve([{ timestamp: noon - 30_000, value: 7 }]);
    const [first] = await Promise.all(readers);
    expect(first!.values.at(-1)).toBe(7);
    expect(first!.values.filter((value) => value === null)).toHaveLength(120);
    await histories.read('up', '1h');
    expect(calls).toHaveLength(1);
    await clock.advance(30_000);
    void histories.read('up', '1h');
    expect(calls).toHaveLength(2);
  });

  test('are cancelled when the last reader has gone, not before', () => {
    const { histories, calls } = start();
    const [one, other] = [new AbortController(), new AbortController()];
    for (const { signal } of [one, other]) void histories.read('up', '1h', signal).catch(() => {});
    one.abort();
    expect(calls[0]!.signal.aborted).toBe(false);
    other.abort();
    expect(calls[0]!.signal.aborted).toBe(true);
  });

  test('that fail are not remembered', async () => {
    const { histories, calls } = start();
    const failing = histories.read('up', '1h');
    calls[0]!.reject(new GatewayzMetricsError('upstream_timeout', 'Too slow.'));
    await expect(failing).rejects.toMatchObject({ code: 'upstream_timeout' });
    void histories.read('up', '1h');
    expect(calls).toHaveLength(2);
  });

  test('are refused while six others are under way', async () => {
    const { histories } = start();
    for (let index = 0; index < 6; index += 1) void histories.read(`up${index}`, '1h');
    await expect(histories.read('up', '1h')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 2 });
  });
});
