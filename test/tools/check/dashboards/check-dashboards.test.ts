import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Labels } from '../../../../src/model.js';
import { type CheckedDashboards, checkDashboards } from '../../../../src/tools/check/dashboards/check-dashboards.js';
import type { PrometheusApi } from '../../../../src/tools/check/diagnose/prometheus-api.js';
import type { TargetReport } from '../../../../src/tools/check/report.js';
import { startTestPrometheus, type TestPrometheus } from '../../../support/prometheus.js';
import { type SeededSeries, seed } from '../../../support/seed-series.js';
import { removeFolder, tempFolder } from '../../../support/temp-folder.js';
import { askPrometheus, checkedCatalogue } from '../installation.js';

let prometheus: TestPrometheus;
let api: PrometheusApi;
const folders: string[] = [];

/** A quarter of an hour up to now, scraped every 15 s. */
function series(): string {
  const instance = { job: 'test', instance: '127.0.0.1:80' };
  const step = 15_000;
  const start = Math.floor(Date.now() / step) * step - 60 * step;
  const of = (name: string, labels: Labels, values: string): SeededSeries => ({
    name,
    labels: { ...instance, ...labels },
    values,
    start,
    step,
  });
  return seed([
    of('up', {}, '1x60'),
    of('fastapi_requests_total', { path: '/a', status_code: '200' }, '1000+30x60'),
    of('fastapi_requests_total', { path: '/a', status_code: '500' }, '0+1x60'),
    of('fastapi_requests_in_progress', { path: '/a' }, '0x60'),
  ]);
}

beforeAll(async () => {
  prometheus = await startTestPrometheus({ series: series() });
  api = askPrometheus(prometheus.url, new AbortController().signal);
});

afterAll(async () => {
  await api?.close();
  await prometheus?.close();
});

afterEach(() => Promise.all(folders.splice(0).map(removeFolder)));

interface Given {
  readonly strict?: boolean;
  readonly prometheus?: undefined;
}

/** Checks files, by their path below the folder: text as it stands, anything else as JSON. */
async function checkFiles(files: Readonly<Record<string, unknown>>, given: Given = {}): Promise<CheckedDashboards> {
  const folder = await tempFolder();
  folders.push(folder);
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const scope = { selector: [], marker: { label: 'reexported_by', value: 'gatewayz-metrics' } };
  return checkDashboards([folder], {
    prometheus: api,
    scope,
    catalogue: checkedCatalogue,
    strict: false,
    progress: () => {},
    ...given,
  });
}

/** What the queries of one panel come to. */
async function run(targets: readonly object[], more: object = {}): Promise<readonly TargetReport[]> {
  const { reports } = await checkFiles({ 'one.json': board({ panels: [{ title: 'P', targets }], ...more }) });
  return reports[0]!.targets;
}

async function runOne(expr: string, more: object = {}): Promise<TargetReport> {
  const found = await run([{ refId: 'A', expr }], more);
  return found.at(-1)!;
}

const board = (content: object): object => ({
  schemaVersion: 39,
  title: 'T',
  time: { from: 'now-5m', to: 'now' },
  ...content,
});

/** `${…}`, of which a linter would think that it was meant for JavaScript. */
const braced = (name: string): string => `$\{${name}}`;

describe('a query of a dashboard', () => {
  it('that gives something is data, as range, as instant, and as scalar', async () => {
    const expr = 'sum(rate(fastapi_requests_total[$__rate_interval]))';
    const found = await run([
      { refId: 'A', expr },
      { refId: 'B', expr, instant: true },
      { refId: 'C', expr: 'time()' },
    ]);
    expect(found.map(({ refId, result, reason }) => [refId, result, reason])).toEqual([
      ['A', 'data', null],
      ['B', 'data', null],
      ['C', 'data', null],
    ]);
  });

  it.each([
    '$__interval',
    '$__rate_interval',
    '$__range',
    `${braced('__range_s')}s`,
    braced('__interval'),
    '[[__range]]',
  ])('with the built-in variable %s is filled in', async (window) => {
    expect(
      await runOne(`increase(fastapi_requests_total[${window}])`, { time: { from: 'now-5m', to: 'now' } }),
    ).toMatchObject({
      result: 'data',
      expr: `increase(fastapi_requests_total[${window}])`,
    });
  });

  it("that does not parse is an error with the parser's message and a caret at the place", async () => {
    const { result, reason } = await runOne('sum(rate(fastapi_requests_total[5m]) by (path)');
    expect(result).toBe('error');
    expect(reason).toMatch(/^parse error: .+ \(line 1, column \d+\)\n.*rate\(fastapi_requests_total.*\n\s*\^$/);
  });

  it('that Prometheus refuses for its types is an error with the reason', async () => {
    const { result, reason } = await runOne('rate(fastapi_requests_total)');
    expect(result).toBe('error');
    expect(reason).toContain('expected type range vector');
    expect(reason).toMatch(/\n\s*\^$/);
  });

  it('on a variable that nobody defines fails, and the variable is named', async () => {
    const { result, reason } = await runOne('up{job="$job"} + $offset');
    expect(result).toBe('error');
    expect(reason).toMatch(/^the dashboard defines no variable \$job, \$offset\nparse error: /);
    const panels = [{ title: 'P', targets: [{ refId: 'A', expr: 'fastapi_requests_total{status_code="$code"}' }] }];
    const { reports, criteria } = await checkFiles({ 'one.json': board({ panels }) });
    expect(reports[0]!.targets[0]).toMatchObject({
      result: 'empty',
      reason: expect.stringMatching(
        /^the dashboard defines no variable \$code\nno series of fastapi_requests_total has/,
      ),
    });
    expect(criteria[0]!.ok).toBe(false);
    const group = 'label_replace(up, "host", "$1", "instance", "(.+):.+")';
    expect(await runOne(group)).toMatchObject({ result: 'data' });
  });

  it('on a metric that nobody writes is empty, with the nearest existing names', async () => {
    expect(await runOne('sum(fastapi_request_total)')).toEqual({
      panel: 'P',
      refId: 'A',
      expr: 'sum(fastapi_request_total)',
      result: 'empty',
      reason: 'no series named fastapi_request_total in Prometheus; nearest existing names: fastapi_requests_total',
      fails: true,
    });
    const { reason } = await runOne('nobody_writes_this_total');
    expect(reason).toBe('no series named nobody_writes_this_total in Prometheus');
  });

  it("on this service's own metrics is told to scrape them", async () => {
    expect((await runOne('gatewayz_health_service_up')).reason).toContain('add a scrape job for this service');
  });

  it.each([
    [
      'fastapi_requests_total{code="200"}',
      'fastapi_requests_total has no label "code"; it has "instance", "job", "path", "status_code"',
    ],
    [
      'fastapi_requests_total{status_code="404"}',
      'no series of fastapi_requests_total has status_code="404"; it has "200", "500"',
    ],
    ['up{job="exporter"}', 'no series of up has job="exporter"; it has "test"'],
    [
      'fastapi_requests_total{path="/a",status_code=~"4.."}',
      'no series of fastapi_requests_total has status_code=~"4.."; it has "200", "500"',
    ],
    ['{job="exporter"}', 'no series match {job="exporter"}'],
    ['fastapi_requests_total > 1e12', expect.stringContaining('no value passes a comparison')],
    ['rate(up[1s])', expect.stringContaining('up has fewer than two samples within [1s]')],
    ['fastapi_requests_in_progress / fastapi_requests_in_progress', expect.stringContaining('every value is NaN')],
  ])('%s is empty for a reason', async (expr, reason) => {
    expect(await runOne(expr)).toMatchObject({ result: expect.stringMatching(/^(?:empty|idle)$/), reason });
  });

  it('for another kind of datasource is skipped, whichever way that is said', async () => {
    const { reports, criteria } = await checkFiles({
      'one.json': board({
        panels: [
          { title: 'Logs', datasource: 'Loki', targets: [{ refId: 'A', expr: '{app="x"} |= "y"' }] },
          {
            title: 'Mixed',
            datasource: { uid: '-- Mixed --' },
            targets: [
              { refId: 'A', expr: 'up', datasource: { type: 'prometheus', uid: 'p' } },
              { refId: 'B', expr: '$A * 2', datasource: { type: '__expr__', uid: '__expr__' } },
            ],
          },
          { title: 'JSON', targets: [{ refId: 'A', target: 'x' }] },
        ],
      }),
    });
    expect(reports[0]!.targets.map(({ panel, refId, result }) => `${panel} ${refId} ${result}`)).toEqual([
      'Logs A skipped',
      'Mixed A data',
      'Mixed B skipped',
      'JSON A skipped',
    ]);
    expect(criteria).toMatchObject([{ ok: true, detail: '1 data, 0 empty, 0 idle, 0 error, 3 skipped' }]);
  });

  it('of an annotation is run, Grafana’s own is skipped', async () => {
    const annotations = {
      list: [
        { name: 'Own', builtIn: 1, datasource: '-- Grafana --' },
        { name: 'Ups', datasource: 'Prometheus', expr: 'up == 1', step: '60s' },
      ],
    };
    const { reports } = await checkFiles({ 'one.json': board({ panels: [], annotations }) });
    expect(reports[0]!.targets.map(({ panel, result }) => [panel, result])).toEqual([
      ['annotation Own', 'skipped'],
      ['annotation Ups', 'data'],
    ]);
  });
});

describe('the variables of a dashboard', () => {
  const codes = {
    name: 'code',
    type: 'query',
    query: { query: 'label_values(fastapi_requests_total{path="$path"}, status_code)', refId: 'V' },
    multi: true,
    includeAll: true,
    current: { text: 'All', value: ['$__all'] },
  };
  const path = { name: 'path', type: 'custom', query: '/a,/b', current: { value: '/a' } };

  it('are asked for, in the order in which they depend on each other, and filled in', async () => {
    const templating = { list: [codes, path] };
    const panel = {
      title: 'P',
      targets: [{ refId: 'A', expr: 'fastapi_requests_total{status_code=~"$code",path="$path"}' }],
    };
    const { reports } = await checkFiles({ 'one.json': board({ templating, panels: [panel] }) });
    expect(reports[0]!.targets.map(({ panel: of, result }) => [of, result])).toEqual([
      ['variable code', 'data'],
      ['P', 'data'],
    ]);
  });

  it('have a panel repeated for each of their values', async () => {
    const panel = {
      title: 'P',
      repeat: 'code',
      targets: [{ refId: 'A', expr: 'fastapi_requests_total{status_code="$code"}' }],
    };
    const content = { templating: { list: [codes, path] }, panels: [panel] };
    const { reports } = await checkFiles({ 'one.json': board(content) });
    expect(reports[0]!.targets.at(-1)).toMatchObject({ panel: 'P', result: 'data' });
    const alone = await checkFiles({ 'one.json': board({ ...content, panels: [{ ...panel, repeat: undefined }] }) });
    expect(alone.reports[0]!.targets.at(-1)).toMatchObject({ panel: 'P', result: 'idle' });
  });

  it.each([
    ['label_values(job)', 'data', null],
    ['label_names()', 'data', null],
    ['metrics(^fastapi_)', 'data', null],
    ['query_result(topk(1, fastapi_requests_total))', 'data', null],
    ['up', 'data', null],
    [
      'label_values(fastapi_request_total, path)',
      'empty',
      expect.stringContaining('nearest existing names: fastapi_requests_total'),
    ],
    ['label_values(nonsense)', 'empty', 'no series has the label "nonsense"'],
    ['query_result(topk(1, )', 'error', expect.stringContaining('^')],
    ['metrics([)', 'error', expect.any(String)],
  ])('with the query %s are %s', async (query, result, reason) => {
    const list = [{ name: 'v', type: 'query', query, definition: query }];
    const { reports } = await checkFiles({ 'one.json': board({ templating: { list }, panels: [] }) });
    expect(reports[0]!.targets).toMatchObject([{ panel: 'variable v', refId: '', expr: query, result, reason }]);
  });

  it('whose own pattern leaves nothing are empty', async () => {
    const list = [{ name: 'v', type: 'query', query: 'label_values(up, job)', regex: '/prod.*/' }];
    const { reports } = await checkFiles({ 'one.json': board({ templating: { list }, panels: [] }) });
    expect(reports[0]!.targets[0]!.reason).toBe('its regular expression /prod.*/ matches none of its values');
  });

  it('that filter ad hoc are added to every selector', async () => {
    const filter = (value: string) => ({
      list: [{ name: 'f', type: 'adhoc', filters: [{ key: 'path', operator: '=', value }] }],
    });
    expect(await runOne('fastapi_requests_total', { templating: filter('/a') })).toMatchObject({ result: 'data' });
    expect(await runOne('fastapi_requests_total', { templating: filter('/z') })).toMatchObject({ result: 'idle' });
  });

  it('that refer to each other in a circle end', async () => {
    const list = ['a', 'b'].map((name) => ({
      name,
      type: 'query',
      query: `label_values(up{x="$${name === 'a' ? 'b' : 'a'}"}, job)`,
    }));
    const { reports } = await checkFiles({ 'one.json': board({ templating: { list }, panels: [] }) });
    expect(reports[0]!.targets).toHaveLength(2);
  });
});

describe('a folder of dashboards', () => {
  const panel = (expr: string): object => board({ panels: [{ title: 'P', targets: [{ refId: 'A', expr }] }] });

  it('fails for errors and for panels that can never have data, and names them', async () => {
    const files = {
      'good.json': panel('up'),
      'deep/bad.json': panel('sum('),
      'deep/never.json': panel('nobody_writes_this'),
    };
    const { criteria, reports } = await checkFiles(files);
    expect(criteria).toEqual([
      {
        id: 'dashboards',
        ok: false,
        value: 2,
        budget: 0,
        detail: '1 data, 1 empty, 0 idle, 1 error, 0 skipped; failing: deep/bad.json: P A; deep/never.json: P A',
      },
    ]);
    expect(reports.map(({ file, title }) => [file, title])).toEqual([
      ['deep/bad.json', 'T'],
      ['deep/never.json', 'T'],
      ['good.json', 'T'],
    ]);
  });

  it('passes with panels that are empty because nothing happened, or because a metric of the contract is not written', async () => {
    const files = {
      'a.json': panel('fastapi_requests_total{status_code="404"}'),
      'b.json': panel('fastapi_exceptions_total'),
    };
    expect((await checkFiles(files)).criteria).toMatchObject([{ ok: true, value: 0 }]);
    expect((await checkFiles(files, { strict: true })).criteria).toMatchObject([{ ok: false, value: 2 }]);
  });

  it('is read once where it is a mounted ConfigMap, which has every file a second time', async () => {
    const { reports } = await checkFiles({ 'up.json': panel('up'), '..2026_11_22_12_00_00.1/up.json': panel('up') });
    expect(reports.map(({ file }) => file)).toEqual(['up.json']);
  });

  it('passes over JSON that is no dashboard, and fails for JSON that is none at all', async () => {
    const { criteria, reports } = await checkFiles({
      'package.json': { name: 'x' },
      'broken.json': '{"panels": [',
      'up.json': panel('up'),
    });
    expect(reports.map(({ file }) => file)).toEqual(['broken.json', 'up.json']);
    expect(reports[0]!.targets).toMatchObject([{ result: 'error', reason: expect.stringContaining('not valid JSON') }]);
    expect(criteria[0]!.ok).toBe(false);
  });

  it('fails where there is no dashboard, and where there is no Prometheus', async () => {
    expect((await checkFiles({ 'package.json': { name: 'x' } })).criteria[0]).toMatchObject({ ok: false });
    const without = await checkFiles({ 'up.json': panel('up') }, { prometheus: undefined });
    expect(without.criteria[0]!.detail).toContain('set --prometheus-url');
  });
});
