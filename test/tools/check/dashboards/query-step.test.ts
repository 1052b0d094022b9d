import { describe, expect, it } from 'vitest';
import { interpolate } from '../../../../src/tools/check/dashboards/interpolate.js';
import { autoInterval, queryStep } from '../../../../src/tools/check/dashboards/query-step.js';
import { timeRange } from '../../../../src/tools/check/dashboards/time-range.js';

const hour = 3_600_000;
const now = Date.UTC(2026, 10, 22, 12, 30, 15);

function texts(range: number, points = 1000, minStep = '', intervalFactor = 1): Record<string, string> {
  const { variables } = queryStep({ window: { from: now - range, to: now }, points, minStep, intervalFactor });
  return Object.fromEntries([...variables].map(([name]) => [name, interpolate(`$${name}`, variables)]));
}

describe('the built-in variables', () => {
  it('follow from range, width and scrape interval as in Grafana', () => {
    expect(texts(hour)).toEqual({
      __interval: '15s',
      __interval_ms: '15000',
      __rate_interval: '1m',
      __rate_interval_ms: '60000',
      __range: '3600s',
      __range_s: '3600',
      __range_ms: '3600000',
      __from: String(now - hour),
      __to: String(now),
    });
    // 24 h over 1000 points are 86 s, which is drawn every minute.
    expect(texts(24 * hour)).toMatchObject({ __interval: '1m', __rate_interval: '1m15s' });
    expect(texts(7 * 24 * hour)).toMatchObject({ __interval: '10m', __rate_interval: '10m15s' });
    expect(texts(90 * 24 * hour)).toMatchObject({ __interval: '2h', __range: '7776000s' });
  });

  it('take a least step and a factor into account', () => {
    expect(texts(hour, 1000, '1m')).toMatchObject({ __interval: '1m', __rate_interval: '4m' });
    expect(texts(hour, 1000, '>30s', 2)).toMatchObject({ __interval: '1m', __rate_interval: '2m' });
  });

  it('never ask for more points than Prometheus gives', () => {
    const { step } = queryStep({
      window: { from: 0, to: 365 * 24 * hour },
      points: 100_000,
      minStep: '1s',
      intervalFactor: 1,
    });
    expect((365 * 24 * hour) / step).toBeLessThanOrEqual(11_000);
  });

  it('of an interval that adapts itself is a part of the range, or its least', () => {
    expect(autoInterval({ from: now - hour, to: now }, 30, '10s')).toBe('2m');
    expect(autoInterval({ from: now - hour, to: now }, 300, '1m')).toBe('1m');
  });
});

describe('the time of a dashboard', () => {
  it.each([
    ['now-1h', 'now', now - hour, now],
    ['now-6h-30m', 'now-5m', now - 6.5 * hour, now - 5 * 60_000],
    ['now/d', 'now/d', Date.UTC(2026, 10, 22), Date.UTC(2026, 10, 23) - 1],
    ['now-1M/M', 'now', Date.UTC(2026, 9, 1), now],
    ['2026-11-22T00:00:00.000Z', 'now', Date.UTC(2026, 10, 22), now],
    ['1795300000000', '1795303600000', 1_795_300_000_000, 1_795_303_600_000],
  ])('%s to %s is read', (from, to, start, end) => {
    expect(timeRange({ from, to }, now)).toEqual({ from: start, to: end });
  });

  it.each([
    ['yesterday', 'now'],
    ['now', 'now-1h'],
  ])('%s to %s, which nobody understands, is the last six hours', (from, to) => {
    expect(timeRange({ from, to }, now)).toEqual({ from: now - 6 * hour, to: now });
  });

  it('that is not given is the last six hours', () => {
    expect(timeRange(undefined, now)).toEqual({ from: now - 6 * hour, to: now });
  });
});
