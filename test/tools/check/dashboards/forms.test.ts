import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { PrometheusApi } from '../../../../src/tools/check/diagnose/prometheus-api.js';
import { startTestPrometheus, type TestPrometheus } from '../../../support/prometheus.js';
import { seed } from '../../../support/seed-series.js';
import { askPrometheus } from '../installation.js';
import { checkFiles, checkOne, outcomes } from './check-files.js';

let prometheus: TestPrometheus;
let api: PrometheusApi;

beforeAll(async () => {
  const step = 15_000;
  const start = Math.floor(Date.now() / step) * step - 40 * step;
  const labels = { job: 'test', instance: '127.0.0.1:80' };
  prometheus = await startTestPrometheus({ series: seed([{ name: 'up', labels, values: '1x40', start, step }]) });
  api = askPrometheus(prometheus.url, new AbortController().signal);
});

afterAll(async () => {
  await api?.close();
  await prometheus?.close();
});

const time = { from: 'now-5m', to: 'now' };
const target = (refId: string, expr: string, more: object = {}): object => ({ refId, expr, ...more });
const panel = (title: string, expr: string, more: object = {}): object => ({
  title,
  type: 'timeseries',
  targets: [target('A', expr)],
  ...more,
});
const board = (more: object): object => ({ schemaVersion: 39, title: 'T', time, ...more });

/** `${…}`, which a linter would take for a template literal. */
const braced = (inside: string): string => `$\{${inside}}`;

describe('a dashboard of an old schema', () => {
  it('has the panels in its rows checked, with their titles, repeats and nulls', async () => {
    const hosts = { name: 'job', type: 'custom', query: 'test,gone', includeAll: true, current: { value: '$__all' } };
    const old = {
      title: 'Old',
      schemaVersion: 12,
      time,
      templating: { list: [null, hosts] },
      rows: [
        null,
        { title: 'Hosts', repeat: 'job', panels: [panel('Up', 'up{job="$job"}'), null] },
        { title: '', collapse: true, panels: [panel('Broken', 'sum((')] },
      ],
    };
    expect(outcomes(await checkOne(api, old))).toEqual(['Hosts / Up A data', 'Broken A error']);
    const { schemaVersion: _, templating: __, ...bare } = old;
    expect(outcomes(await checkOne(api, { ...bare, rows: old.rows.slice(2) }))).toEqual(['Broken A error']);
  });
});

describe('a dashboard as a resource', () => {
  const classic = board({ panels: [panel('P', 'sum((')] });
  const resource = (version: string, spec: unknown): object => ({
    apiVersion: `dashboard.grafana.app/${version}`,
    kind: 'Dashboard',
    metadata: { name: 'x' },
    spec,
  });

  it.each(['v0alpha1', 'v1alpha1', 'v1beta1', 'v1'])('of version %s is checked', async (version) => {
    expect(outcomes(await checkOne(api, resource(version, classic)))).toEqual(['P A error']);
  });

  it('is found in a list, with access information, and in YAML, where other YAML is left out', async () => {
    const list = { kind: 'DashboardList', items: [resource('v1', classic), null, resource('v1', classic)] };
    const { reports } = await checkFiles(api, {
      'list.json': list,
      'info.json': { ...resource('v1', classic), kind: 'DashboardWithAccessInfo' },
      'one.yaml': `---\n${stringify({ kind: 'Secret' })}---\n${stringify(resource('v1', classic))}`,
      'chart.yaml': '{{ if .Values.x }}\nkind: ConfigMap\n{{ end }}\n',
      'broken.yml': 'apiVersion: dashboard.grafana.app/v1\nkind: [',
    });
    expect(reports.map(({ file, targets }) => `${file}: ${outcomes(targets)}`)).toEqual([
      'broken.yml: error',
      'info.json: P A error',
      'list.json: P A error',
      'list.json: P A error',
      'one.yaml: P A error',
    ]);
  });

  /** A query in the notation of v2alpha1, or of the versions after it. */
  const query = (alpha: boolean, refId: string, expr: string, more: { hidden?: boolean; source?: string } = {}) => {
    const { hidden = false, source = 'prometheus' } = more;
    const spec = { expr };
    return {
      kind: 'PanelQuery',
      spec: alpha
        ? { refId, hidden, datasource: { type: source, uid: 'x' }, query: { kind: source, spec } }
        : {
            refId,
            hidden,
            query: { kind: 'DataQuery', group: source, version: 'v0', datasource: { name: 'x' }, spec },
          },
    };
  };
  const element = (title: string, ...queries: object[]): object => ({
    kind: 'Panel',
    spec: { id: 1, title, data: { kind: 'QueryGroup', spec: { queries, queryOptions: { interval: '1m' } } } },
  });
  const at = (name: string, more: object = {}): object => ({ spec: { element: { name }, ...more } });

  it.each(['v2alpha1', 'v2beta1', 'v2'])(
    'of schema %s has every layout, variable and annotation checked',
    async (version) => {
      const alpha = version === 'v2alpha1';
      const variableQuery = {
        ...(query(alpha, 'V', '').spec as { query: object }).query,
        spec: { [alpha ? 'query' : '__legacyStringValue']: 'label_values(up, job)' },
      };
      const spec = {
        title: 'Two',
        timeSettings: time,
        elements: {
          a: element('A', query(alpha, 'A', 'up{job="$job"}'), query(alpha, 'B', 'sum((', { hidden: true })),
          b: element('B', query(alpha, 'A', 'sum((')),
          c: element('C', query(alpha, 'A', '{app="x"}', { source: 'loki' })),
          d: element('D', query(alpha, 'A', 'up')),
          e: { kind: 'LibraryPanel', spec: { title: 'E', libraryPanel: { uid: 'e', name: 'E' } } },
          f: element('F', query(alpha, 'A', 'up')),
          g: element('G', query(alpha, 'A', 'no_such_metric')),
        },
        layout: {
          kind: 'TabsLayout',
          spec: {
            tabs: [
              {
                kind: 'TabsLayoutTab',
                spec: {
                  title: 'One',
                  layout: {
                    kind: 'RowsLayout',
                    spec: {
                      rows: [
                        {
                          kind: 'RowsLayoutRow',
                          spec: {
                            title: 'Row',
                            layout: {
                              kind: 'AutoGridLayout',
                              spec: { items: [at('a', { repeat: { value: 'job' } })] },
                            },
                          },
                        },
                      ],
                    },
                  },
                },
              },
              {
                kind: 'TabsLayoutTab',
                spec: {
                  title: 'Two',
                  layout: {
                    kind: 'GridLayout',
                    spec: {
                      items: [
                        at('b'),
                        { kind: 'GridLayoutRow', spec: { title: 'Inner', elements: [at('c'), at('d')] } },
                        at('e'),
                        at('g'),
                      ],
                    },
                  },
                },
              },
            ],
          },
        },
        variables: [
          { kind: 'DatasourceVariable', spec: { name: 'source', pluginId: 'prometheus' } },
          { kind: 'QueryVariable', spec: { name: 'job', query: variableQuery, multi: true, sort: 'alphabeticalAsc' } },
        ],
        annotations: [
          { kind: 'AnnotationQuery', spec: { name: 'Ups', enable: true, ...(query(alpha, '', 'up').spec as object) } },
          {
            kind: 'AnnotationQuery',
            spec: { name: 'Own', enable: true, query: { kind: 'DataQuery', group: 'grafana' } },
          },
        ],
      };
      expect(outcomes(await checkOne(api, resource(version, spec)))).toEqual([
        'variable job data',
        'One / Row / A A data',
        'One / Row / A B skipped',
        'Two / B A error',
        'Two / Inner / C A skipped',
        'Two / Inner / D A data',
        'Two / E skipped',
        'Two / G A empty',
        'F A skipped',
        'annotation Ups data',
        'annotation Own skipped',
      ]);
    },
  );
});

describe('a query that Grafana does not send', () => {
  it('is skipped: hidden, of a text panel, of an annotation that is off', async () => {
    const annotations = { list: [{ name: 'Off', enable: false, expr: 'sum((' }, null] };
    const panels = [
      { title: 'H', targets: [target('A', 'up'), target('B', 'sum((', { hide: true })] },
      panel('Text', 'sum((', { type: 'text' }),
      panel('List', 'sum((', { type: 'dashlist' }),
    ];
    const found = await checkOne(api, board({ panels, annotations }));
    expect(outcomes(found)).toEqual([
      'H A data',
      'H B skipped',
      'Text A skipped',
      'List A skipped',
      'annotation Off skipped',
    ]);
    expect(found.map(({ reason }) => reason).slice(1)).toEqual([
      'hidden in its panel',
      'a text panel runs no queries',
      'a dashlist panel runs no queries',
      'the annotation is switched off',
    ]);
  });

  it('is run although it is hidden where an expression is computed from it, through other expressions too', async () => {
    const expression = (refId: string, more: object): object => ({
      refId,
      datasource: { type: '__expr__', uid: '__expr__' },
      ...more,
    });
    const targets = [
      target('A', 'up', { hide: true }),
      target('B', 'sum((', { hide: true }),
      target('C', 'up', { hide: true }),
      target('D', 'sum((', { hide: true }),
      expression('E', { type: 'reduce', expression: 'A', hide: true }),
      expression('F', { type: 'math', expression: '$E * 2' }),
      expression('G', { type: 'classic_conditions', conditions: [{ query: { params: ['C'] } }] }),
      expression('H', { type: 'math', expression: braced('B'), hide: true }),
    ];
    expect(outcomes(await checkOne(api, board({ panels: [{ title: 'P', targets }] })))).toEqual([
      'P A data',
      'P B skipped',
      'P C data',
      'P D skipped',
      'P E skipped',
      'P F skipped',
      'P G skipped',
      'P H skipped',
    ]);
  });
});

describe('the datasource of a query', () => {
  const source = { name: 'source', type: 'datasource', query: 'prometheus', current: { value: 'Main' } };
  const logs = { name: 'logs', type: 'datasource', query: 'loki', current: { value: 'Loki' } };
  const templating = { list: [source, logs] };
  const resultOf = async (datasource: unknown, more: object = {}) =>
    (await checkOne(api, board({ templating, panels: [panel('P', 'sum((', { datasource, ...more })] }))).map(
      ({ result }) => result,
    );

  it.each([
    [{ type: 'datasource', uid: braced('source') }, 'error'],
    [{ type: 'loki', uid: '$source' }, 'error'],
    [{ type: 'prometheus', uid: '$logs' }, 'skipped'],
    ['Tempo metrics', 'error'],
    ['azure-elastic-sql', 'error'],
    ['tempo', 'skipped'],
    [{ type: 'grafana-postgresql-datasource', uid: 'prometheus' }, 'skipped'],
    [{ type: 'victoriametrics-metrics-datasource', uid: 'x' }, 'error'],
  ])('%j decides as in Grafana: %s', async (datasource, result) => {
    expect(await resultOf(datasource)).toEqual([result]);
  });

  it('is that of the panel, and that of the query itself in a mixed panel or one with the default', async () => {
    const loki = { type: 'loki', uid: 'l' };
    const targets = [target('A', 'up', { datasource: loki })];
    const run = async (datasource: unknown) => resultOf(datasource, { targets });
    expect(await run({ type: 'prometheus', uid: 'p' })).toEqual(['data']);
    expect(await run({ type: 'datasource', uid: '-- Mixed --' })).toEqual(['skipped']);
    expect(await run(null)).toEqual(['skipped']);
  });

  it('of an unknown name is Loki where any query of it is LogQL', async () => {
    const panels = [
      panel('One', 'sum(rate({app="x"}[5m]))', { datasource: 'Company logs' }),
      panel('Two', '{app="x"} |= "error"', { datasource: 'Company logs' }),
      panel('Three', 'up', { datasource: 'Company metrics' }),
    ];
    expect(outcomes(await checkOne(api, board({ panels })))).toEqual([
      'One A skipped',
      'Two A skipped',
      'Three A data',
    ]);
  });

  it('decides which ad hoc filters count', async () => {
    const filter = (datasource: unknown) => ({
      name: 'f',
      type: 'adhoc',
      datasource,
      filters: [{ key: 'job', operator: '=', value: 'other' }, null],
    });
    const run = async (datasource: unknown) =>
      outcomes(
        await checkOne(
          api,
          board({
            templating: { list: [source, filter(datasource)] },
            panels: [panel('P', 'up', { datasource: 'Main' })],
          }),
        ),
      );
    expect(await run('Main')).toEqual(['P A empty']);
    expect(await run('$source')).toEqual(['P A empty']);
    expect(await run('Second')).toEqual(['P A data']);
    expect(await run({ type: 'loki', uid: 'l' })).toEqual(['P A data']);
  });
});

describe('a query without data', () => {
  it('on alerts is idle while no alert fires', async () => {
    const panels = [
      panel('P', 'count(ALERTS{alertstate="firing"})'),
      panel('Q', 'ALERTS_FOR_STATE > 0'),
      panel('R', 'up'),
    ];
    const found = await checkOne(api, board({ panels }));
    expect(outcomes(found)).toEqual(['P A idle', 'Q A idle', 'R A data']);
    expect(found[0]!.reason).toBe('no alert is pending or firing');
  });

  it('in a fixed time range before the first sample is idle, its variables too, unless the metric is missing', async () => {
    const fixed = { from: '2019-05-01T00:00:00.000Z', to: '2019-05-01T06:00:00.000Z' };
    const list = [{ name: 'job', type: 'query', query: 'label_values(up, job)' }];
    const panels = [panel('P', 'up'), panel('Q', 'no_such_metric'), panel('R', 'up{job="$job"}')];
    const found = await checkOne(api, { ...board({ panels, templating: { list } }), time: fixed });
    expect(outcomes(found)).toEqual(['variable job idle', 'P A idle', 'Q A empty', 'R A idle']);
    expect(found[1]!.reason).toBe(
      'up has samples now, but none from 2019-05-01T00:00:00.000Z to 2019-05-01T06:00:00.000Z, the time range here',
    );
  });

  it('because a variable has no values is idle, and the variable is reported with the label that is missing', async () => {
    const host = {
      name: 'host',
      type: 'query',
      query: 'label_values(up{job="test"}, node)',
      includeAll: true,
      multi: true,
    };
    const second = { name: 'second', type: 'query', query: 'label_values(up{instance="$host"}, job)' };
    const panels = [
      panel('Repeated', `rate(x_${braced('host')}_total[1m])`, { repeat: 'host' }),
      panel('Filtered', 'up{instance=~"$host"}'),
      panel('Broken', 'sum((up{instance="$host"}'),
      panel('Other', 'up'),
    ];
    const found = await checkOne(api, board({ panels, templating: { list: [second, host] } }));
    expect(outcomes(found)).toEqual([
      'variable second idle',
      'variable host empty',
      'Repeated A idle',
      'Filtered A idle',
      'Broken A error',
      'Other A data',
    ]);
    expect(found[1]).toMatchObject({
      reason: 'up{job="test"} has no label "node"; it has "instance", "job"',
      fails: true,
    });
    expect(found[2]!.reason).toBe('its variable $host has no values');
  });
});

describe('the verdict', () => {
  it('is no pass where nothing was checked', async () => {
    for (const more of [{ panels: [] }, { panels: [panel('T', 'up', { type: 'text' })] }]) {
      const { criteria } = await checkFiles(api, { 'one.json': board(more) });
      expect(criteria).toMatchObject([{ ok: false, detail: expect.stringContaining('nothing to check: 0 data') }]);
    }
  });

  it('says of each query whether it fails', async () => {
    const panels = [panel('P', 'up'), panel('Q', 'no_such_metric'), panel('R', 'up > 5'), panel('S', 'sum((')];
    const fails = async (strict: boolean) =>
      (await checkFiles(api, { 'one.json': board({ panels }) }, { strict })).reports[0]!.targets.map(
        (one) => `${one.result} ${one.fails}`,
      );
    expect(await fails(false)).toEqual(['data false', 'empty true', 'idle false', 'error true']);
    expect(await fails(true)).toEqual(['data false', 'empty true', 'idle true', 'error true']);
  });

  it('names the metrics and labels that Prometheus does not have, with the nearest that it has', async () => {
    const list = [{ name: 'v', type: 'query', query: 'label_values(upp, job)' }];
    const exprs = [
      'sum by (jobs) (up{instanc="x"})',
      'no_such_metric',
      'label_replace(sum by (made) (up), "made", "$1", "job", "(.*)")',
      'up{env=~".*"}',
    ];
    const unknown = { name: 'host', type: 'query', query: 'label_values(upp, host)' };
    const waiting = [`rate(x_${braced('host')}_total[1m])`, 'unknown_total{host="$host"} / ALERTS'];
    const panels = [...exprs, ...waiting].map((expr) => panel('P', expr));
    const templating = { list: [...list, unknown] };
    const { missingNames } = await checkFiles(api, { 'one.json': board({ panels, templating }) });
    expect(missingNames).toEqual({
      metrics: [
        { name: 'upp', nearest: [] },
        { name: 'no_such_metric', nearest: [] },
        { name: 'unknown_total', nearest: [] },
      ],
      labels: [
        { metric: 'up', label: 'instanc', nearest: ['instance'], has: ['instance', 'job'] },
        { metric: 'up', label: 'jobs', nearest: [], has: ['instance', 'job'] },
      ],
    });
  });
});
