import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkDashboards } from '../../../../src/tools/check/dashboards/check-dashboards.js';
import type { PrometheusApi } from '../../../../src/tools/check/diagnose/prometheus-api.js';
import { startTestPrometheus, type TestPrometheus } from '../../../support/prometheus.js';
import { seed } from '../../../support/seed-series.js';
import { removeFolder, tempFolder } from '../../../support/temp-folder.js';
import { askPrometheus, checkedCatalogue } from '../installation.js';

let prometheus: TestPrometheus;
let api: PrometheusApi;
const folders: string[] = [];

beforeAll(async () => {
  const step = 15_000;
  const start = Math.floor(Date.now() / step) * step - 40 * step;
  const counting = (provider: string, model: string) => ({
    name: 'requests_total',
    labels: { job: 'gateway', provider, model },
    values: '0+3x40',
    start,
    step,
  });
  prometheus = await startTestPrometheus({
    series: seed([counting('open.ai', 'a-1'), counting('open.ai', 'b-2'), counting('groq', 'c-3')]),
  });
  api = askPrometheus(prometheus.url, new AbortController().signal);
});

afterAll(async () => {
  await api?.close();
  await prometheus?.close();
});

afterEach(() => Promise.all(folders.splice(0).map(removeFolder)));

/** `panel / refId: result` of every query, in a dashboard as `dashboard.json`. */
async function resultsOf(dashboard: object): Promise<readonly string[]> {
  const folder = await tempFolder();
  folders.push(folder);
  await writeFile(join(folder, 'dashboard.json'), JSON.stringify(dashboard));
  const scope = { selector: [], marker: undefined };
  const { reports } = await checkDashboards([folder], {
    prometheus: api,
    scope,
    catalogue: checkedCatalogue,
    strict: true,
    progress: () => {},
  });
  return reports[0]!.targets.map(({ panel, refId, result, reason }) =>
    [`${panel} ${refId}: ${result}`, ...(reason === null || result === 'skipped' ? [] : [reason])].join(' '),
  );
}

/** `${…}`, of which a linter would think that it was meant for JavaScript. */
const braced = (inside: string): string => `$\{${inside}}`;

/** A way to name a datasource, by the schema version from which on Grafana writes it. */
const datasources: readonly (readonly [since: number, prometheus: unknown, loki: unknown])[] = [
  [27, 'Prometheus', 'Loki'],
  [27, '$source', '$logs'],
  [27, null, '-- Grafana --'],
  [33, { type: 'prometheus', uid: 'PBFA97CFB590B2093' }, { type: 'loki', uid: 'P8E80F9AEF21F6940' }],
  [33, { uid: braced('source') }, { type: 'datasource', uid: 'grafana' }],
];

const variables = (source: unknown): readonly object[] => [
  { name: 'source', type: 'datasource', query: 'prometheus', current: { text: 'Prometheus', value: 'Prometheus' } },
  { name: 'logs', type: 'datasource', query: 'loki', current: { text: 'Loki', value: 'Loki' } },
  // Refers to a variable that stands behind it.
  {
    name: 'model',
    type: 'query',
    datasource: source,
    query: { query: 'label_values(requests_total{provider=~"$provider"}, model)', refId: 'StandardVariableQuery' },
    regex: '/^([a-z])-/',
    multi: true,
    includeAll: true,
    current: { text: ['All'], value: ['$__all'] },
  },
  {
    name: 'provider',
    type: 'query',
    datasource: source,
    query: 'label_values(requests_total, provider)',
    definition: 'label_values(requests_total, provider)',
    multi: true,
    current: { text: ['open.ai', 'gone'], value: ['open.ai', 'gone'] },
  },
  { name: 'quantile', type: 'custom', query: '0.5, 0.9', current: { text: '0.9', value: '0.9' } },
  { name: 'window', type: 'interval', query: '1m,5m', auto: true, auto_count: 30, auto_min: '1m', current: {} },
  { name: 'job', type: 'constant', query: 'gateway' },
  { name: 'least', type: 'textbox', query: '0', current: { text: '0', value: '0' } },
  { name: 'anything', type: 'custom', query: 'x,y', includeAll: true, allValue: '.*', current: { value: '$__all' } },
];

const target = (refId: string, expr: string, more: object = {}): object => ({ refId, expr, ...more });

function board(schemaVersion: number, source: unknown, logs: unknown): object {
  const panel = (title: string, ...targets: object[]) => ({ title, type: 'timeseries', datasource: source, targets });
  return {
    schemaVersion,
    title: 'All of it',
    time: { from: 'now-5m', to: 'now' },
    templating: { list: variables(source) },
    annotations: {
      list: [
        { name: 'Old', datasource: source, expr: 'requests_total{job="$job"} > $least', step: '60s' },
        { name: 'New', datasource: source, target: { expr: 'requests_total', refId: 'Anno' } },
      ],
    },
    panels: [
      panel(
        'Variables',
        target('A', 'sum by (model) (rate(requests_total{provider=~"$provider",model=~"[[model]].*"}[$window]))'),
        // In quotes the format's backslashes would be escapes of the string, in Grafana too.
        target('B', `requests_total{provider=~\`${braced('provider:regex')}\`,job="${braced('job')}"}`),
        target('C', `requests_total{model=~"(${braced('model:pipe')})-.",provider=~"$anything"}`, { instant: true }),
        target('D', 'quantile($quantile, requests_total)'),
      ),
      panel(
        'Built in',
        target('A', 'increase(requests_total[$__interval])', { interval: '1m' }),
        target('B', 'rate(requests_total[$__rate_interval])'),
        target('C', 'increase(requests_total[$__range])'),
        target('D', `increase(requests_total[${braced('__range_s')}s]) / ${braced('__interval_ms')}`),
        target('E', `vector(${braced('__to:date:seconds')} - $__from / 1000)`),
      ),
      { type: 'row', title: 'Closed', panels: [panel('In', target('A', 'requests_total'))] },
      { type: 'row', title: 'Open', panels: [] },
      { title: 'Mixed', datasource: { uid: '-- Mixed --' }, targets: [target('A', 'up', { datasource: logs })] },
      { title: 'Shared', libraryPanel: { uid: 'lib', name: 'Shared' } },
    ],
  };
}

const versions = Array.from({ length: 15 }, (_, index) => 27 + index);
const cases = versions.flatMap((version) =>
  datasources.filter(([since]) => version >= since).map(([, ...named]) => [version, ...named] as const),
);

describe('a dashboard of schema', () => {
  it.each(cases)(
    '%i that names its datasource %j has every query run, and those of %j left alone',
    async (...given) => {
      expect(await resultsOf(board(...given))).toEqual([
        'variable model : data',
        'variable provider : data',
        'Variables A: data',
        'Variables B: data',
        'Variables C: data',
        'Variables D: data',
        'Built in A: data',
        'Built in B: data',
        'Built in C: data',
        'Built in D: data',
        'Built in E: data',
        'Closed / In A: data',
        'Open / Mixed A: skipped',
        'Open / Shared : skipped',
        'annotation Old : data',
        'annotation New Anno: data',
      ]);
    },
  );

  it('has a panel with a time of its own asked for that time', async () => {
    // What there is, is of the last ten minutes.
    const timed = (time: object, panels: readonly object[]) =>
      resultsOf({ schemaVersion: 41, title: 'T', time, panels });
    const beginnings = (results: readonly string[]) => results.map((result) => result.split(' ').slice(0, 3).join(' '));
    const panel = (title: string, more: object) => ({ title, targets: [target('A', 'requests_total')], ...more });
    const month = [panel('Old', {}), panel('Own', { timeFrom: '5m' })];
    expect(beginnings(await timed({ from: 'now-30d', to: 'now-25d' }, month))).toEqual(['Old A: idle', 'Own A: data']);
    const fixed = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' };
    expect(beginnings(await timed(fixed, month))).toEqual(['Old A: idle', 'Own A: idle']);
    const shifted = [panel('Now', {}), panel('Before', { timeShift: '1h' })];
    const minutes = { from: 'now-5m', to: 'now' };
    expect(beginnings(await timed(minutes, shifted))).toEqual(['Now A: data', 'Before A: idle']);
  });
});
