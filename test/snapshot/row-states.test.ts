import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/model.js';
import { RowStates } from '../../src/snapshot/row-states.js';
import { absent, failed, present } from '../support/fake-collector.js';

const limit = 300_000;
const one = [{ labels: {}, value: '1' }];

function states(...steps: readonly (readonly [evaluationTime: number, outcome: Outcome])[]): RowStates {
  const rows = new RowStates();
  for (const [instant, outcome] of steps) rows.apply(instant, new Map([['row', outcome]]), false);
  return rows;
}

describe('a row', () => {
  test('that was never asked for has nothing, and says so', () => {
    const state = new RowStates().get('row');
    expect(state).toEqual({
      metrics: [],
      evaluationTime: undefined,
      valuedAt: undefined,
      reason: 'not queried yet',
      cause: { code: 'not_queried', metrics: [] },
    });
    expect(new RowStates().answered('row')).toBe(false);
  });

  test('that never had data keeps the reason for that while queries fail, and loses it with the first data', () => {
    const rows = states([1000, absent('no series named x')], [6000, failed('connection refused')]);
    expect(rows.get('row')).toMatchObject({ metrics: [], reason: 'no series named x' });
    expect([rows.answered('row'), rows.failure('row')]).toEqual([false, 'connection refused']);
    rows.apply(11_000, new Map([['row', present('1')]]), false);
    rows.apply(16_000, new Map([['row', failed('connection refused')]]), false);
    expect(rows.get('row').reason).toBe('connection refused');
  });

  test('that has an answer has it, fresh', () => {
    const rows = states([1000, present('1')]);
    expect(rows.get('row')).toEqual({ metrics: one, evaluationTime: 1000, valuedAt: 1000, reason: undefined });
    expect(rows.answered('row')).toBe(true);
  });

  test.each([
    ['fails', failed('timeout'), false],
    ['has no answer any more', absent('no series'), true],
  ])('that %s keeps the answer and its instant, and says why', (_name, outcome, answered) => {
    const rows = states([1000, present('1')], [6000, outcome]);
    const reason = 'reason' in outcome ? outcome.reason : '';
    expect(rows.get('row')).toEqual({ metrics: one, evaluationTime: 1000, valuedAt: 1000, reason });
    expect(rows.answered('row')).toBe(answered);
  });

  test('that was never available keeps that reason through an outage, and takes a new one when its source responds', () => {
    const rows = states([1000, absent('no series')], [6000, failed('timeout')]);
    expect(rows.get('row').reason).toBe('no series');
    rows.apply(11_000, new Map([['row', absent('no traffic')]]), false);
    expect(rows.get('row').reason).toBe('no traffic');
  });

  test('that had a value, or was never queried, has the outage as its reason', () => {
    expect(states([1000, failed('timeout')]).get('row').reason).toBe('timeout');
    const rows = states([1000, absent('no series')], [6000, present('1')], [11_000, failed('timeout')]);
    expect(rows.get('row').reason).toBe('timeout');
  });

  test('that is answered again is fresh again', () => {
    const rows = states([1000, present('1')], [6000, failed('timeout')], [11_000, present('2')]);
    expect(rows.get('row')).toMatchObject({ metrics: [{ value: '2' }], evaluationTime: 11_000, reason: undefined });
    expect(rows.answered('row')).toBe(true);
  });

  test('that never had an answer has nothing to keep', () => {
    const rows = states([1000, failed('timeout')], [6000, absent('no series')]);
    expect(rows.get('row')).toEqual({
      metrics: [],
      evaluationTime: undefined,
      valuedAt: undefined,
      reason: 'no series',
    });
  });

  test('whose source tells that it kept the value itself is as old as that value', () => {
    const rows = states([60_000, present('1', 30_000)]);
    expect(rows.get('row')).toMatchObject({ evaluationTime: 30_000, reason: 'the last value was not refreshed' });
  });

  test('whose source obtained the value after the instant is fresh', () => {
    expect(states([60_000, present('1', 62_000)]).get('row').reason).toBeUndefined();
  });

  test('of a source that failed as a whole is not answered, whatever the source had left', () => {
    const rows = states([1000, present('1')]);
    rows.apply(6000, new Map([['row', present('0')]]), true);
    expect(rows.get('row').metrics).toEqual([{ labels: {}, value: '0' }]);
    expect(rows.answered('row')).toBe(false);
  });
});

describe('the last time that a row had a value', () => {
  test.each(['NaN', '+Inf', '-Inf'])('is not when it was %s, which is shown as it is', (value) => {
    const rows = states([1000, present('1')], [6000, present(value)]);
    expect(rows.get('row')).toEqual({
      metrics: [{ labels: {}, value }],
      evaluationTime: 6000,
      valuedAt: 1000,
      reason: undefined,
    });
  });

  test('is when it had several metrics, or one that is no number', () => {
    const metrics = [
      { labels: { a: '1' }, value: 'NaN' },
      { labels: { a: '2' }, value: '1' },
    ];
    expect(states([1000, { state: 'present', metrics }]).get('row').valuedAt).toBe(1000);
    const histogram = [{ labels: {}, buckets: [{ le: '+Inf', value: '1' }] }];
    expect(states([1000, { state: 'present', metrics: histogram }]).get('row').valuedAt).toBe(1000);
  });
});

describe('expiry', () => {
  test('takes metrics that are older than the limit, all of them, and leaves when and why', () => {
    const rows = states([1000, present('1')], [6000, failed('timeout')]);
    rows.expire(1000 + limit, limit);
    expect(rows.get('row').metrics).toEqual(one);
    rows.expire(1001 + limit, limit);
    expect(rows.get('row')).toEqual({ metrics: [], evaluationTime: 1000, valuedAt: 1000, reason: 'timeout' });
  });

  test('counts from now where the clock was set back: nothing lives longer for it', () => {
    const rows = states([3_600_000, present('1')], [3_605_000, failed('timeout')]);
    rows.expire(10_000, limit);
    expect(rows.get('row')).toMatchObject({ metrics: one, evaluationTime: 10_000, valuedAt: 10_000 });
    rows.expire(10_001 + limit, limit);
    expect(rows.get('row').metrics).toEqual([]);
  });
});
