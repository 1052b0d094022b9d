import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nearestMetrics as nearest } from '../../../../src/tools/check/diagnose/nearest-metrics.js';
import { checkedCatalogue } from '../installation.js';

const nearestMetrics = (name: string, existing: Iterable<string>) => nearest(name, existing, checkedCatalogue);

/** Names of the series that the real backend writes. */
function written(): string[] {
  const csv = readFileSync(new URL('../../../fixtures/backend-metrics.csv', import.meta.url), 'utf8');
  return csv
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','))
    .filter(([, , , , isWritten]) => isWritten === 'yes')
    .flatMap(([name = '', type = '']) => {
      if (type === 'histogram') return ['_bucket', '_sum', '_count'].map((suffix) => name + suffix);
      return type === 'summary' ? [`${name}_sum`, `${name}_count`] : [name];
    });
}

describe('the nearest names', () => {
  it.each([
    ['trial_active', 'trials_active'],
    ['fastapi_requests_total', 'fastapi_request_total'],
    ['tokens_used_total', 'token_used_total'],
    ['cache_size_bytes', 'cachesize_bytes'],
  ])('%s was probably renamed to %s', (name, other) => {
    expect(nearestMetrics(name, [...written(), other]).renamed).toEqual([other]);
  });

  it('are three at most, nearest first, and another part of the same histogram is none of them', () => {
    const existing = ['trial_actives', 'trials_actives', 'atrials_active', 'trial_activ', 'trial_active_created'];
    expect(nearestMetrics('trial_active', existing).renamed).toHaveLength(3);
    expect(nearestMetrics('trial_active', existing).renamed[0]).toMatch(/^trial_activ(es)?$/);
    const part = nearestMetrics('provider_response_time_seconds', ['provider_response_time_seconds_bucket']);
    expect(part).toEqual({ renamed: [], similar: [] });
  });

  it('has the name behind a prefix as similar, not as renamed', () => {
    const near = nearestMetrics('cache_hits_total', ['gatewayz_pricing_cache_hits_total', 'other']);
    expect(near).toEqual({ renamed: [], similar: ['gatewayz_pricing_cache_hits_total'] });
  });

  it('takes nothing that the real backend writes for another metric', () => {
    const existing = written();
    const metrics = [...new Set([...checkedCatalogue.rows.values()].flatMap((row) => row.metrics))];
    const confused = metrics
      .filter((metric) => !existing.includes(metric))
      .map((metric) => [metric, nearestMetrics(metric, existing).renamed])
      .filter(([, renamed]) => renamed!.length > 0);
    expect(confused).toEqual([]);
  });
});
