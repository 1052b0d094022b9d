import { describe, expect, it } from 'vitest';
import { healthFamilies } from '../../../src/presets/gatewayz/health-families.js';
import { compareJobs, type JobsComparison } from '../../../src/tools/migrate/verify/compare-jobs.js';
import { pollInterval } from '../../../src/tools/migrate/verify/poll-interval.js';
import type { RangeSeries } from '../../../src/tools/migrate/verify/range-query.js';

const steps = 60;
const reach = 2;
const base = 1_700_000_000;

type Values = (step: number) => string | number | undefined;

function series(name: string, values: Values, labels: Readonly<Record<string, string>> = {}): RangeSeries {
  const all = Array.from({ length: steps }, (_, step) => [step, values(step)] as const);
  return {
    name,
    labels,
    values: new Map(all.flatMap(([step, value]) => (value === undefined ? [] : [[step, String(value)]]))),
  };
}

/** All families of a healthy job with constant values; `other` replaces what is given. */
function job(name: string, other: Readonly<Record<string, Values>> = {}): readonly RangeSeries[] {
  const usual = healthFamilies.map(({ name: family, labels, source }): RangeSeries => {
    const isTime = source.kind === 'last-success';
    const values =
      other[family] ?? ((step: number) => (isTime ? base + 30 * step - 5 : source.kind === 'answered' ? 1 : 7));
    return series(family, values, { job: name, instance: `${name}:1`, ...(labels[0] && { [labels[0]]: 'a' }) });
  });
  return usual;
}

const ups = ['/health', '/status', '/metrics', '/cache/stats'];

function compare(
  old: readonly RangeSeries[],
  fresh: readonly RangeSeries[],
  up: Readonly<Record<string, Values>> = {},
): JobsComparison {
  const endpointUp = ups.map((endpoint) =>
    series('gatewayz_metrics_health_endpoint_up', up[endpoint] ?? (() => 1), { endpoint }),
  );
  const window = { first: reach, last: steps - 1, seconds: 30, time: (step: number) => base + 30 * step };
  return compareJobs({ old, fresh, endpointUp, pollSteps: reach, last: steps - 1 }, window, {
    old: 'old',
    fresh: 'new',
  });
}

function family({ families }: JobsComparison, name: string) {
  return families.find((one) => one.family === `gatewayz_${name}`)!;
}

const incidents = 'gatewayz_health_active_incidents';
const models = 'gatewayz_health_tracked_models';

describe('two jobs that say the same', () => {
  it('pass, each of the 17 families with every step of the window', () => {
    const result = compare(job('old'), job('new'));
    expect(result).toMatchObject({ ok: true, isFull: true, problems: [] });
    expect(result.families).toHaveLength(17);
    for (const one of result.families)
      expect(one).toMatchObject({ ok: true, equal: steps - reach, late: 0, gaps: 0, different: 0, documented: {} });
  });

  it('pass when one follows the other by a poll, in either direction', () => {
    const value = (lag: number) => (step: number) => Math.floor((step - lag) / 5);
    for (const [a, b] of [
      [0, 2],
      [2, 0],
      [0, 1],
    ] as const) {
      const result = compare(job('old', { [incidents]: value(a) }), job('new', { [incidents]: value(b) }));
      expect(family(result, 'health_active_incidents')).toMatchObject({ ok: true, different: 0, gaps: 0 });
      expect(family(result, 'health_active_incidents').late).toBeGreaterThan(10);
    }
  });

  it('do not pass when one follows by more than a poll, in either direction', () => {
    const value = (lag: number) => (step: number) => Math.floor((step - lag) / 5);
    for (const [a, b] of [
      [0, 4],
      [4, 0],
    ] as const) {
      const result = compare(job('old', { [incidents]: value(a) }), job('new', { [incidents]: value(b) }));
      expect(family(result, 'health_active_incidents')).toMatchObject({
        ok: false,
        note: 'the values of the new job differ',
      });
      expect(result.ok).toBe(false);
    }
  });

  it('pass with 1 and 1.0, 1e3 and 1000, and NaN never equals anything', () => {
    expect(compare(job('old', { [models]: () => '1000' }), job('new', { [models]: () => '1e3' })).ok).toBe(true);
    expect(compare(job('old', { [models]: () => '5' }), job('new', { [models]: () => 'NaN' })).ok).toBe(false);
  });

  it('pass although the newest value of the new one is ahead, but not when it was never right', () => {
    const ahead = (step: number) => (step >= steps - 1 ? 8 : 7);
    expect(compare(job('old'), job('new', { [models]: ahead })).ok).toBe(true);
    const early = (step: number) => (step >= steps - 1 - reach ? 8 : 7);
    expect(compare(job('old'), job('new', { [models]: early })).ok).toBe(false);
    expect(compare(job('old'), job('new', { [models]: () => 8 })).ok).toBe(false);
  });
});

describe('gaps of the new job', () => {
  const gap = (from: number, length: number) => (step: number) =>
    step >= from && step < from + length ? undefined : 7;

  it('of one poll are told and pass, longer ones fail', () => {
    const short = family(compare(job('old'), job('new', { [models]: gap(20, reach) })), 'health_tracked_models');
    expect(short).toMatchObject({ ok: true, gaps: reach, note: 'gaps of less than one poll interval' });
    const long = family(compare(job('old'), job('new', { [models]: gap(20, reach + 1) })), 'health_tracked_models');
    expect(long).toMatchObject({
      ok: false,
      gaps: reach + 1,
      note: 'the new job has no value for more than one poll interval',
    });
  });

  it('at the end of the window count like any others', () => {
    expect(compare(job('old'), job('new', { [models]: gap(steps - 5, 5) })).ok).toBe(false);
  });

  it('where the old job has none either are no gaps', () => {
    const both = { [models]: gap(20, 10) };
    expect(family(compare(job('old', both), job('new', both)), 'health_tracked_models')).toMatchObject({
      ok: true,
      gaps: 0,
    });
  });

  it('fail for a label set that is never there', () => {
    const redis = series('gatewayz_health_cache_available', () => 1, {
      job: 'old',
      instance: 'old:1',
      cache_type: 'redis',
    });
    const result = compare([...job('old'), redis], job('new'));
    expect(family(result, 'health_cache_available')).toMatchObject({ ok: false, series: 2, gaps: steps - reach });
  });
});

describe('documented differences', () => {
  const from = (start: number, value: number | undefined) => (step: number) => (step < start ? 7 : value);

  it('frozen values: an endpoint fails, the old value stays, the new one goes', () => {
    const up = { '/status': (step: number) => (step < 30 ? 1 : 0) };
    const result = compare(job('old'), job('new', { [models]: from(40, undefined) }), up);
    expect(family(result, 'health_tracked_models')).toMatchObject({
      ok: true,
      gaps: 0,
      documented: { 'frozen values': 20 },
    });
  });

  it('not when the endpoint answers, and not when only the new job cannot reach the Health Service', () => {
    const gone = job('new', { [models]: from(40, undefined) });
    expect(compare(job('old'), gone).ok).toBe(false);
    const unreachable = job('new', { [models]: from(40, undefined), gatewayz_health_service_up: from(30, 0) });
    const up = Object.fromEntries(ups.map((endpoint) => [endpoint, from(30, 0)]));
    const result = compare(job('old'), unreachable, up);
    expect(family(result, 'health_tracked_models').ok).toBe(false);
    expect(family(result, 'health_tracked_models').documented).toEqual({});
    expect(family(result, 'health_service_up').ok).toBe(false);
  });

  it('not when the old value goes on changing', () => {
    const up = { '/status': (step: number) => (step < 30 ? 1 : 0) };
    const result = compare(
      job('old', { [models]: (step) => step }),
      job('new', { [models]: (step) => (step < 40 ? step : undefined) }),
      up,
    );
    expect(family(result, 'health_tracked_models').ok).toBe(false);
  });

  it('not when the endpoint returned no valid response in the whole window: nothing was compared then', () => {
    const names = healthFamilies
      .filter(({ source }) => 'endpoint' in source && source.endpoint === '/status')
      .map(({ name }) => name);
    const nothing = Object.fromEntries(names.map((name) => [name, () => undefined]));
    const result = compare(job('old'), job('new', nothing), { '/status': () => 0 });
    expect(family(result, 'health_tracked_models')).toMatchObject({
      ok: false,
      note: '/status returned no valid response in the whole window',
    });
  });

  const totals = healthFamilies
    .filter(({ source }) => source.kind === 'number' && source.endpoint === '/metrics')
    .map(({ name }) => name);

  it('zeros from error bodies: all numbers of an endpoint are 0 at once', () => {
    const zeros = Object.fromEntries(totals.map((name) => [name, from(30, 0)]));
    const kept = Object.fromEntries(totals.map((name) => [name, from(40, undefined)]));
    const result = compare(job('old', zeros), job('new', kept));
    expect(result.ok).toBe(true);
    expect(family(result, 'health_total_models').documented).toEqual({
      'zeros from error bodies': expect.any(Number) as number,
    });
  });

  it('zeros all the time, as a simple monitor gives them, count when the endpoint answers', () => {
    const zeros = Object.fromEntries(totals.map((name) => [name, () => 0]));
    const nothing = Object.fromEntries(totals.map((name) => [name, () => undefined]));
    expect(compare(job('old', zeros), job('new', nothing)).ok).toBe(true);
    expect(compare(job('old', zeros), job('new', nothing), { '/metrics': () => 0 }).ok).toBe(false);
  });

  it('not one zero alone', () => {
    expect(compare(job('old', { [incidents]: from(30, 0) }), job('new')).ok).toBe(false);
  });

  it('vanished labels: a status that the old job keeps for ever', () => {
    const status = (name: string, values: Values) =>
      series('gatewayz_health_status_distribution', values, { job: name, instance: 'i', status: 'timeout' });
    const kept = [...job('old'), status('old', () => 3)];
    const gone = [...job('new'), status('new', from(20, undefined))];
    const result = family(compare([...kept.slice(0, -1), status('old', () => 7)], gone), 'health_status_distribution');
    expect(result).toMatchObject({ ok: true, documented: { 'vanished labels': steps - 20 } });
    expect(family(compare([...job('old'), status('old', (step) => step)], gone), 'health_status_distribution').ok).toBe(
      false,
    );
  });

  it('not a status that has another value', () => {
    const wrong = job('new', { gatewayz_health_status_distribution: () => 8 });
    const result = family(compare(job('old'), wrong), 'health_status_distribution');
    expect(result).toMatchObject({ ok: false, different: steps - reach });
    expect(result.documented).toEqual({});
  });

  it('error counting, and the default of the check interval', () => {
    const errors = 'gatewayz_health_service_scrape_errors_total';
    const interval = 'gatewayz_health_check_interval_seconds';
    const result = compare(
      job('old', { [errors]: () => 0, [interval]: () => 300 }),
      job('new', { [errors]: (step) => step + 1, [interval]: () => undefined }),
    );
    expect(family(result, 'health_service_scrape_errors_total').documented).toHaveProperty(['error counting']);
    expect(family(result, 'health_check_interval_seconds').documented).toEqual({ 'default interval': steps - reach });
    expect(result.ok).toBe(true);
    expect(compare(job('old'), job('new', { [errors]: () => undefined })).ok).toBe(false);
  });
});

describe('the time of the last success', () => {
  const last = 'gatewayz_health_service_last_successful_scrape';

  it('may differ by a poll, and be ahead of a slow exporter, but be neither old nor of the future', () => {
    const at = (lag: number) => (step: number) => base + 30 * step - lag;
    const verdict = (lag: number) => compare(job('old', { [last]: at(20) }), job('new', { [last]: at(lag) })).ok;
    expect([80, 0, -10].map(verdict)).toEqual([true, true, true]);
    expect([250, -90].map(verdict)).toEqual([false, false]);
    expect(compare(job('old'), job('new', { [last]: (step) => (base + 30 * step) * 1000 })).ok).toBe(false);
  });
});

describe('labels and instances', () => {
  it.each([
    ['is missing', {}, '{env="production"} before, {} now'],
    ['has another value', { env: 'staging' }, '{env="production"} before, {env="staging"} now'],
    ['has another name', { stage: 'production' }, '{env="production"} before, {stage="production"} now'],
    ['is new', { env: 'production', zone: 'a' }, '{} before, {zone="a"} now'],
  ])('fail where a label of the scrape job %s, with both sides', (_, now, note) => {
    const labelled = job('old').map((one) => ({ ...one, labels: { ...one.labels, env: 'production' } }));
    const fresh = job('new').map((one) => ({ ...one, labels: { ...one.labels, ...now } }));
    const result = compare(labelled, fresh);
    expect(result.ok).toBe(false);
    expect(family(result, 'health_tracked_models')).toMatchObject({ ok: false, note: `labels differ: ${note}` });
  });

  it('are told apart where the new job has several', () => {
    const env = (name: string, value: number) =>
      job(name, { [models]: () => value }).map((one) => ({ ...one, labels: { ...one.labels, env: `e${value}` } }));
    expect(compare([...env('old', 1), ...env('old', 2)], [...env('new', 2), ...env('new', 1)]).ok).toBe(true);
    const swapped = env('new', 1).map((one) => ({ ...one, labels: { ...one.labels, env: 'e2' } }));
    expect(compare([...env('old', 1), ...env('old', 2)], [...env('new', 1), ...swapped]).ok).toBe(false);
  });
});

describe('the window', () => {
  it('is not full when one job began later, and only what both have is compared', () => {
    const late = job('new').map((one) => ({ ...one, values: new Map([...one.values].filter(([step]) => step >= 30)) }));
    const result = compare(job('old'), late);
    expect(result).toMatchObject({ ok: false, isFull: false, coveredSeconds: 29 * 30 });
    expect(result.families.filter(({ ok }) => !ok)).toEqual([]);
    expect(result.problems).toEqual(['the window is not full: both jobs must be scraped for all of it']);
  });

  it('without any sample of a job is a failure that names the job', () => {
    expect(compare([], job('new')).problems).toEqual([
      'Prometheus has no sample of the families for the job old in the window',
    ]);
    expect(compare(job('old'), []).problems).toEqual([
      'Prometheus has no sample of the families for the job new in the window',
    ]);
  });
});

describe('the poll interval', () => {
  const seen = (every: number) =>
    pollInterval([
      series('gatewayz_health_service_last_successful_scrape', (step) => base + every * Math.floor(step / 2)),
    ]);

  it('is what lies between two successes of the polling, in the middle of all that were seen', () => {
    expect(seen(30)).toBe(30_000);
    const slow = (step: number) => base + 30 * step + (step > 50 ? 40 * (step - 50) : 0);
    expect(pollInterval([series('gatewayz_health_service_last_successful_scrape', slow)])).toBe(30_000);
  });

  it('is unknown where nothing changes, or nothing was ever right', () => {
    expect(seen(0)).toBeUndefined();
    expect(pollInterval([series('gatewayz_health_service_last_successful_scrape', () => 0)])).toBeUndefined();
    expect(pollInterval(job('old').filter(({ name }) => name === models))).toBeUndefined();
  });
});
