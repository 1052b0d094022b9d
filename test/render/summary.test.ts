import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import type { RowState, Snapshot } from '../../src/model.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { gatewayzCatalogue, presetCatalogue } from '../../src/presets/presets.js';
import { type SummaryDocument, summaryDocument } from '../../src/render/summary.js';
import { noon } from '../support/refreshing.js';
import { fresh, gone, kept, row, snapshotOf } from '../support/snapshot-of.js';

const marker = { label: 'reexported_by', value: 'gatewayz-metrics' };
const catalogue = createCatalogue(gatewayzCatalogue, { selector: [], marker });
const withoutHealth = createCatalogue(presetCatalogue([gatewayz], false), { selector: [], marker });
const rowIds = [...new Set(catalogue.fields.map((field) => field.row))];

function all(value: string, others: Readonly<Record<string, RowState>> = {}): Record<string, RowState> {
  return { ...Object.fromEntries(rowIds.map((id) => [id, fresh(value)])), ...others };
}

function document(snapshot: Snapshot, values: 'string' | 'number' = 'string', of = catalogue): SummaryDocument {
  const result = summaryDocument(snapshot, of, values);
  if (result.status === 'unavailable') throw new Error('unavailable');
  return result;
}

describe('the summary', () => {
  test('has the fields of the contract, in their order, and nothing else', () => {
    const { metrics, ...others } = document(snapshotOf(all('1')));
    expect(others).toEqual({
      fields: { available: expect.any(Number), total: 23 },
      timestamp: '2026-11-22T11:59:54.800Z',
      status: 'ok',
      age_seconds: 5.2,
      missing: {},
      reasons: {},
      stale: {},
    });
    expect(Object.entries(metrics).map(([section, fields]) => [section, Object.keys(fields)])).toEqual([
      ['http', ['total_requests', 'request_rate_per_minute', 'error_rate', 'avg_latency_ms', 'in_progress']],
      ['models', ['total_inference_requests', 'tokens_used_total', 'credits_used_total', 'avg_inference_latency_ms']],
      [
        'providers',
        [
          'total_providers',
          'healthy_providers',
          'degraded_providers',
          'unavailable_providers',
          'avg_error_rate',
          'avg_response_time_ms',
        ],
      ],
      ['database', ['total_queries', 'avg_query_latency_ms', 'cache_hit_rate']],
      [
        'business',
        ['active_api_keys', 'active_subscriptions', 'active_trials', 'total_tokens_used', 'total_credits_used'],
      ],
      [
        'health',
        [
          'service_up',
          'monitoring_active',
          'tracked_models',
          'tracked_providers',
          'tracked_gateways',
          'active_incidents',
        ],
      ],
    ]);
  });

  test('has no health section without a Health Service', () => {
    expect(Object.keys(document(snapshotOf(all('1')), 'string', withoutHealth).metrics)).not.toContain('health');
  });

  test('says the same number of tokens, and of credits, in both places', () => {
    const rows = all('1', { total_tokens_used: fresh('1234567'), total_credits_used: fresh('123.45') });
    const { models, business } = document(snapshotOf(rows)).metrics;
    expect([models?.['tokens_used_total'], business?.['total_tokens_used']]).toEqual(['1234567', '1234567']);
    expect([models?.['credits_used_total'], business?.['total_credits_used']]).toEqual(['123.45', '123.45']);
  });
});

describe('a value', () => {
  test.each(['0', '12345', '2.3', '0.1', '1e-300', '1e+21', '-0', '9007199254740993', '0.30000000000000004'])(
    '%s stands as it came, or is a number',
    (text) => {
      const snapshot = snapshotOf(all('1', { 'http.total_requests': fresh(text) }));
      expect(document(snapshot).metrics['http']?.['total_requests']).toBe(text);
      expect(document(snapshot, 'number').metrics['http']?.['total_requests']).toBe(Number(text));
    },
  );

  test.each(['NaN', '+Inf', '-Inf'])('%s is missing, with the metric’s name', (text) => {
    const snapshot = snapshotOf(
      all('1', { fastapi_requests_in_progress: row([{ labels: {}, value: text }], { valuedAt: undefined }) }),
    );
    const result = document(snapshot);
    expect(result.metrics['http']?.['in_progress']).toBe('N/A');
    expect(result.missing).toEqual({
      'http.in_progress': `the value computed from fastapi_requests_in_progress is ${text}`,
    });
    expect(result.status).toBe('ok');
    expect(document(snapshot, 'number').metrics['http']?.['in_progress']).toBeNull();
  });

  test('that is missing is N/A or null, and the reason is the row’s own', () => {
    const snapshot = snapshotOf(all('1', { trial_active: gone('no series named trial_active in Prometheus') }));
    const result = document(snapshot);
    expect(result.metrics['business']?.['active_trials']).toBe('N/A');
    expect(result.missing).toEqual({ 'business.active_trials': 'no series named trial_active in Prometheus' });
    expect(result.stale).toEqual({});
    expect(document(snapshot, 'number').metrics['business']?.['active_trials']).toBeNull();
  });

  test('that was kept is there with its age', () => {
    const result = document(snapshotOf(all('1', { trial_active: kept('12', 65.04) })));
    expect(result.metrics['business']?.['active_trials']).toBe('12');
    expect(result.stale).toEqual({ 'business.active_trials': 65 });
    expect(result.missing).toEqual({});
  });

  test('that the snapshot knows nothing of is missing, with the metric’s name', () => {
    const { trial_active: _, ...rows } = all('1');
    expect(document(snapshotOf(rows)).missing).toEqual({ 'business.active_trials': 'no value of trial_active' });
  });
});

describe('the status', () => {
  test.each([
    ['ok, when all values are fresh', {}, 'ok'],
    ['ok, when a value is missing that never was there', { trial_active: gone('no series') }, 'ok'],
    ['partial, when a value is old', { trial_active: kept('12', 30) }, 'partial'],
    ['partial, when a value is missing that was there within the hour', { trial_active: gone('x', 3600) }, 'partial'],
    ['ok, when a value is missing that was there longer ago', { trial_active: gone('x', 3600.001) }, 'ok'],
    [
      'partial, when a value is NaN that was a number within the hour',
      { trial_active: row([{ labels: {}, value: 'NaN' }], { valuedAt: noon - 60_000 }) },
      'partial',
    ],
  ])('is %s', (_name, rows, status) => {
    expect(document(snapshotOf(all('1', rows))).status).toBe(status);
  });

  test('is stale when the last refresh failed, whatever the values', () => {
    const rows = all('1', { trial_active: gone('x', 60) });
    expect(document(snapshotOf(rows, { status: 'stale', failure: 'connection refused' })).status).toBe('stale');
  });

  test('is unavailable when there is nothing to show, and says why', () => {
    const snapshot = snapshotOf({}, { status: 'unavailable', failure: 'connection refused' });
    expect(summaryDocument(snapshot, catalogue, 'string')).toEqual({
      timestamp: '2026-11-22T12:00:00.000Z',
      status: 'unavailable',
      error: { code: 'unavailable', message: 'connection refused' },
    });
    expect(summaryDocument({ ...snapshot, failure: undefined }, catalogue, 'number')).toMatchObject({
      error: { message: 'no data source has responded recently' },
    });
  });
});

describe('ages', () => {
  test.each([
    [5_149, 5.1],
    [5_150, 5.2],
    [0, 0],
    [-3_600_000, 0],
  ])('of %i ms are %d s: one decimal, never negative', (milliseconds, seconds) => {
    const rows = all('1', { trial_active: kept('1', milliseconds / 1000) });
    const result = document(snapshotOf(rows, { evaluationTime: noon - milliseconds }));
    expect([result.age_seconds, result.stale['business.active_trials']]).toEqual([seconds, seconds]);
  });
});

test('whatever the rows hold, the document is JSON whose fields are text, numbers or null as asked for', () => {
  const value = fc.oneof(
    fc.constantFrom('NaN', '+Inf', '-Inf', '-0', '1e21', '1e-300', '', 'junk', '0x10'),
    fc.double().map(String),
    fc.string(),
  );
  const state = fc.record({
    metrics: fc.array(fc.record({ labels: fc.constant({}), value }), { maxLength: 2 }),
    evaluationTime: fc.integer({ min: noon - 7_200_000, max: noon + 7_200_000 }),
    valuedAt: fc.option(fc.integer({ min: noon - 7_200_000, max: noon + 7_200_000 }), { nil: undefined }),
    reason: fc.option(fc.string(), { nil: undefined }),
  });
  const rows = fc.dictionary(fc.constantFrom(...rowIds), state);
  fc.assert(
    fc.property(rows, fc.constantFrom('string' as const, 'number' as const), (given, values) => {
      const result = document(snapshotOf(given), values);
      const parsed = JSON.parse(JSON.stringify(result)) as SummaryDocument;
      const fields = Object.entries(parsed.metrics).flatMap(([section, own]) =>
        Object.entries(own).map(([field, one]) => [`${section}.${field}`, one] as const),
      );
      expect(fields).toHaveLength(catalogue.fields.length);
      for (const [name, one] of fields) {
        const missing = one === 'N/A' || one === null;
        expect(Object.hasOwn(parsed.missing, name)).toBe(missing);
        if (!missing) expect(typeof one).toBe(values);
        if (!missing) expect(Number.isFinite(Number(one))).toBe(true);
      }
      expect(Object.values(parsed.stale).every((age) => age >= 0)).toBe(true);
    }),
  );
});

describe('a gateway that has never been seen', () => {
  const never = (reason: string, code: string): RowState => ({
    metrics: [],
    evaluationTime: undefined,
    valuedAt: undefined,
    reason,
    cause: { code, metrics: ['x'] },
  });
  const nothing = Object.fromEntries(rowIds.map((id) => [id, never('no series named x in Prometheus', 'no_series')]));
  const hint = 'Prometheus has litellm_* metrics: set METRICS_PRESET=litellm';

  test('is waited for, with what to do, and all its fields are missing', () => {
    const shown = document(snapshotOf(nothing, { hint }));
    expect(shown).toMatchObject({ status: 'waiting', hint, fields: { available: 0, total: 23 } });
    expect(Object.keys(shown.missing).length).toBeGreaterThanOrEqual(23);
  });

  test('is not waited for any more once one value has come, nor while Prometheus does not respond', () => {
    const one = { ...nothing, [rowIds[0]!]: fresh('1') };
    expect(document(snapshotOf(one, { hint }))).toMatchObject({ status: 'ok', fields: { total: 23 } });
    expect(document(snapshotOf(one, { hint }))).not.toHaveProperty('hint');
    expect(document(snapshotOf(nothing, { hint, status: 'stale' })).status).toBe('stale');
  });
});

test.each([
  [-3_600, 'The clock of this service is 3600 s ahead of that of Prometheus: synchronize the clocks.'],
  [31, 'The clock of this service is 31 s behind that of Prometheus: synchronize the clocks.'],
  [29, undefined],
  [undefined, undefined],
])('a clock that is off by %s s is mentioned', (clockSkewSeconds, hint) => {
  const rows = Object.fromEntries(rowIds.map((id) => [id, fresh('1')]));
  expect(document(snapshotOf(rows, { clockSkewSeconds }))).toMatchObject({ status: 'ok' });
  expect(document(snapshotOf(rows, { clockSkewSeconds })).hint).toBe(hint);
});
