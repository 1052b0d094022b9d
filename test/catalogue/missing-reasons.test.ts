import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import {
  findMissingReason,
  formatMissing,
  isMissingCode,
  type MissingContext,
} from '../../src/catalogue/missing-reasons.js';
import type { Vector } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';

const { rows } = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker: undefined });

/** Of a row, with answers by the row's local names; what is not told is empty or not there. */
function explain(
  row: string,
  context: Partial<Omit<MissingContext, 'names' | 'blocks'>> & {
    answers?: MissingContext['blocks'];
    names?: readonly string[] | 'all';
  },
) {
  const { names = [], answers = {}, down = [], selector } = context;
  const compiled = rows.get(row)!;
  const known = names === 'all' ? undefined : new Set(names);
  return formatMissing(findMissingReason(compiled, { names: known, blocks: answers, down, selector }));
}

const one = (value: string): Vector => [{ labels: {}, value }];
const down = (job: string, instance: string) => ({ job, instance });

describe('the reason of a missing value', () => {
  test('names the metric that does not exist', () => {
    expect(explain('trial_active', {})).toBe('no series named trial_active in Prometheus');
    expect(explain('subscription_count', {})).toBe('no series named subscription_count in Prometheus');
  });

  test('names all metrics that would do, a histogram once', () => {
    expect(explain('cache_size_bytes', {})).toBe(
      'no series named cache_size_bytes or catalog_cache_size_bytes in Prometheus',
    );
    expect(explain('http.avg_latency_ms', {})).toBe('no series named fastapi_requests_duration_seconds in Prometheus');
    expect(explain('database.total_queries', {})).toBe(
      'no series named database_queries_total or database_query_duration_seconds_count in Prometheus',
    );
  });

  test('names the base selector, which may be what is wrong', () => {
    const selector = '{env="production"}';
    expect(explain('trial_active', { selector, names: ['up'] })).toBe(
      'no series named trial_active in Prometheus under {env="production"}',
    );
    expect(explain('trial_active', { selector })).toBe(
      'no series at all in Prometheus match METRICS_SELECTOR {env="production"}',
    );
  });

  test('says that there is no traffic', () => {
    const names = ['fastapi_requests_total'];
    const rate = [
      { labels: { status_code: '200' }, value: '0' },
      { labels: { status_code: '500' }, value: '0' },
    ];
    expect(explain('http.error_rate', { names, answers: { value: rate } })).toBe('no requests in the last 5 minutes');
  });

  test('says that there are too few samples for a rate', () => {
    const names = ['fastapi_requests_total'];
    expect(explain('http.error_rate', { names, answers: { rate: [] } })).toBe(
      'fewer than two samples of fastapi_requests_total in the last 5 minutes',
    );
    const inference = ['model_inference_requests_total'];
    expect(explain('gatewayz_providers_down', { names: inference, answers: { knownByInference: one('1') } })).toBe(
      'fewer than two samples of model_inference_requests_total in the last 5 minutes',
    );
  });

  test('says that the series are there and have no sample that counts', () => {
    expect(explain('active_api_keys', { names: ['active_api_keys'] })).toBe(
      'no usable samples of active_api_keys at the evaluation timestamp',
    );
  });

  test('says that what is there is not a number', () => {
    const names = ['cache_hit_rate'];
    expect(explain('cache_hit_rate', { names, answers: { own: one('NaN') } })).toBe(
      'no usable value of cache_hit_rate, and there is no series named cache_hits_total, cache_misses_total, catalog_cache_hits_total or catalog_cache_misses_total in Prometheus',
    );
    expect(explain('cache_hit_rate', { names: 'all', answers: { own: one('NaN'), hits: one('0') } })).toBe(
      'no cache lookups in the last 5 minutes',
    );
  });

  test('counts every metric as there where the upstream did not tell', () => {
    expect(explain('trial_active', { names: 'all' })).toBe(
      'no usable samples of trial_active at the evaluation timestamp',
    );
  });

  test('begins with the scrape targets that are down', () => {
    const reason = 'no series named trial_active in Prometheus';
    const targets = [down('gateway', 'a:8000'), down('gate"way', 'b:8000'), down('x', 'c:1')];
    expect(explain('trial_active', { down: targets.slice(0, 1) })).toBe(
      `scrape target a:8000 (job "gateway") is down; ${reason}`,
    );
    expect(explain('trial_active', { down: targets.slice(1) })).toBe(
      `b:8000 (job "gate\\"way") and 1 more scrape target are down; ${reason}`,
    );
    expect(explain('trial_active', { down: targets })).toBe(
      `a:8000 (job "gateway") and 2 more scrape targets are down; ${reason}`,
    );
  });

  test.each([
    ['no_series', 'trial_active', {}],
    ['target_down', 'trial_active', { down: [down('gateway', 'host:1')] }],
    ['selector_matches_nothing', 'trial_active', { selector: '{env="production"}' }],
    ['no_samples', 'trial_active', { names: ['trial_active'] }],
    ['too_few_samples', 'http.error_rate', { names: ['fastapi_requests_total'] }],
    ['idle', 'http.error_rate', { names: ['fastapi_requests_total'], answers: { value: one('0') } }],
    ['unusable_value', 'cache_hit_rate', { names: ['cache_hit_rate'], answers: { own: one('NaN') } }],
  ] as const)('has the code %s, with the metrics, for programs', (code, row, context) => {
    const { names, answers, ...rest } = { names: [], answers: {}, down: [], selector: undefined, ...context };
    const known = new Set<string>(names);
    const reason = findMissingReason(rows.get(row)!, { names: known, blocks: answers, ...rest });
    expect(reason.code).toBe(code);
    expect(reason.metrics.length).toBeGreaterThan(0);
    expect(isMissingCode(reason.code)).toBe(true);
  });
});
