import { describe, expect, it } from 'vitest';
import { textReport } from '../../../../src/tools/check/print/text-report.js';
import type { CheckReport, Criterion } from '../../../../src/tools/check/report.js';

const point = (id: string, more: Partial<Criterion> = {}): Criterion => ({
  id,
  ok: true,
  value: 0,
  budget: 0,
  detail: 'none',
  ...more,
});

const fields = [
  'http.error_rate',
  'http.total_requests',
  'database.total_queries',
  'database.avg_query_latency_ms',
  'database.cache_hit_rate',
];

function lines(report: Partial<CheckReport>): readonly string[] {
  const whole = { ok: true, criteria: [], missing: [], dashboards: [], ...report };
  return textReport(whole, 'http://backend:8000/prometheus/metrics', fields).trimEnd().split('\n');
}

describe('the report for a terminal', () => {
  it('says point by point what passes, what fails, and what is worth a look although it passes', () => {
    const criteria = [
      point('fresh', { value: 5, budget: 25, detail: '5 s old' }),
      point('values', { ok: false, value: 1, detail: 'missing or wrong: http.error_rate' }),
      point('values.not_exported', { value: 1, budget: null, detail: 'not exported by the gateway: x' }),
    ];
    expect(lines({ ok: false, criteria })).toEqual([
      'check of http://backend:8000/prometheus/metrics',
      '',
      'pass  fresh                 5 s old',
      'FAIL  values                missing or wrong: http.error_rate',
      'warn  values.not_exported   not exported by the gateway: x',
      '',
      'FAILED: values',
    ]);
  });

  it('tells points that fail for one reason together, also where the reason names their own path', () => {
    const nothing = (endpoint: string) =>
      point(`endpoint.${endpoint}`, { ok: false, detail: `nothing at http://x/metrics/${endpoint} (HTTP 404)` });
    const criteria = [
      nothing('summary'),
      nothing('all'),
      point('endpoint.docs', { ok: false, detail: 'it is not Markdown' }),
      point('time.summary', { ok: false, detail: 'not measured' }),
      point('time.all', { ok: false, detail: 'not measured' }),
      point('errors'),
    ];
    expect(lines({ ok: false, criteria }).slice(2)).toEqual([
      'FAIL  endpoint.summary      nothing at http://x/metrics/summary (HTTP 404)',
      '                            likewise endpoint.all',
      'FAIL  endpoint.docs         it is not Markdown',
      'FAIL  time.summary          not measured',
      '                            likewise time.all',
      'pass  errors                none',
      '',
      'FAILED: endpoint.*, time.*',
    ]);
  });

  it('tells values of one remedy together, a section by its name, with the first of their causes', () => {
    const of = (field: string, cause: string, fix = `mend ${cause}`) => ({ field, cause, fix });
    const database = ['total_queries', 'avg_query_latency_ms', 'cache_hit_rate'];
    const missing = [
      of('http.error_rate', 'one'),
      ...database.map((field) => of(`database.${field}`, 'one')),
      of('cache_size_bytes', 'another'),
      ...['a', 'b', 'c', 'd', 'e'].map((field) => of(field, `${field} is elsewhere`, 'select them')),
    ];
    expect(lines({ missing }).slice(3)).toEqual([
      '',
      'http.error_rate, database.*',
      '    cause  one',
      '    fix    mend one',
      '',
      'cache_size_bytes',
      '    cause  another',
      '    fix    mend another',
      '',
      'a, b, c, d, e',
      '    cause  a is elsewhere',
      '           b is elsewhere',
      '           c is elsewhere',
      '           and 2 more like these',
      '    fix    select them',
      '',
      'OK: all points pass',
    ]);
  });

  it('shows of dashboards what is empty or wrong, with the caret under its place', () => {
    const targets = [
      { panel: 'P', refId: 'A', expr: 'up', result: 'data', reason: null, fails: false },
      { panel: 'P', refId: 'B', expr: 'sum(', result: 'error', reason: 'parse error\nsum(\n    ^', fails: true },
      { panel: 'Q', refId: 'A', expr: 'up > 2', result: 'idle', reason: 'nothing passes', fails: false },
      { panel: 'T', refId: 'A', expr: 'up', result: 'skipped', reason: 'a text panel runs no queries', fails: false },
    ] as const;
    const dashboards = [
      { file: 'a/one.json', title: 'One', targets },
      { file: 'good.json', title: 'Good', targets: targets.slice(0, 1) },
    ];
    const text = lines({ dashboards }).join('\n');
    expect(text).toContain(
      'a/one.json (One): 1 data, 0 empty, 1 idle, 1 error, 1 skipped\n  FAIL error  P / B\n    sum(\n    parse error\n    sum(\n        ^\n  idle  Q / A: nothing passes\n  skipped 1: a text panel runs no queries\ngood.json (Good): 1 data',
    );
  });
});
