import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PrometheusApi } from '../../../../src/tools/check/diagnose/prometheus-api.js';
import { startTestPrometheus, type TestPrometheus } from '../../../support/prometheus.js';
import { seed } from '../../../support/seed-series.js';
import { askPrometheus } from '../installation.js';
import { checkOne } from './check-files.js';

let prometheus: TestPrometheus;
let api: PrometheusApi;

beforeAll(async () => {
  const step = 15_000;
  const start = Math.floor(Date.now() / step) * step - 40 * step;
  prometheus = await startTestPrometheus({
    series: seed([{ name: 'up', labels: { job: 'test' }, values: '1x40', start, step }]),
  });
  api = askPrometheus(prometheus.url, new AbortController().signal);
});

afterAll(async () => {
  await api?.close();
  await prometheus?.close();
});

interface Query {
  readonly expr: string | undefined;
  readonly hide: boolean;
  readonly plugin: 'prometheus' | 'loki' | '__expr__';
  readonly result: string;
}

interface PanelModel {
  readonly type: string;
  readonly queries: readonly Query[];
}

const query = (expr: string | undefined, result: string, more: Partial<Query> = {}): Query => ({
  expr,
  result,
  hide: false,
  plugin: 'prometheus',
  ...more,
});

const queries = fc.constantFrom(
  query('up', 'data'),
  query('sum((', 'error'),
  query('no_such_metric', 'empty'),
  query('up > 5', 'idle'),
  query(undefined, 'skipped'),
  query('sum((', 'skipped', { hide: true }),
  query('{app="x"} |= "y"', 'skipped', { plugin: 'loki' }),
  query(undefined, 'skipped', { plugin: '__expr__' }),
);

const panels = fc.array(
  fc.record({
    type: fc.constantFrom('timeseries', 'graph', 'stat', 'text'),
    queries: fc.array(queries, { maxLength: 4 }),
  }),
  { maxLength: 5 },
);

/** A list with some nulls in it. */
const withNulls = (list: readonly unknown[], nulls: number): readonly unknown[] =>
  list.flatMap((item, index) => ((nulls >> index) & 1 ? [null, item] : [item]));

function classicPanel({ type, queries: own }: PanelModel, schemaVersion: number, nulls: number): object {
  const refOf = (plugin: string) => (schemaVersion < 33 && plugin === 'loki' ? 'Loki' : { type: plugin, uid: plugin });
  const mixed = schemaVersion < 33 ? '-- Mixed --' : { type: 'datasource', uid: '-- Mixed --' };
  const targets = own.map(({ expr, hide, plugin }, index) => ({
    refId: String(index),
    ...(expr !== undefined && { expr }),
    hide,
    datasource: refOf(plugin),
  }));
  return { type, title: 'P', datasource: mixed, targets: withNulls(targets, nulls) };
}

const time = { from: 'now-5m', to: 'now' };

function classic(models: readonly PanelModel[], schemaVersion: number, nulls: number, nested: boolean): object {
  const own = withNulls(
    models.map((model) => classicPanel(model, schemaVersion, nulls)),
    nulls,
  );
  const head = { title: 'D', schemaVersion, time, templating: { list: withNulls([], nulls) } };
  if (schemaVersion < 16)
    return { ...head, rows: [{ title: 'R', panels: own.slice(0, 2) }, null, { panels: own.slice(2) }] };
  return { ...head, panels: nested ? [{ type: 'row', title: 'R', collapsed: true, panels: own }] : own };
}

function schemaV2(models: readonly PanelModel[], alpha: boolean, nulls: number): object {
  const elements = Object.fromEntries(
    models.map(({ type, queries: own }, index) => [
      `panel-${index}`,
      {
        kind: 'Panel',
        spec: {
          title: 'P',
          vizConfig: alpha ? { kind: type, spec: {} } : { kind: 'VizConfig', group: type, spec: {} },
          data: {
            kind: 'QueryGroup',
            spec: {
              queries: withNulls(
                own.map(({ expr, hide, plugin }, at) => ({
                  kind: 'PanelQuery',
                  spec: {
                    refId: String(at),
                    hidden: hide,
                    ...(alpha
                      ? { datasource: { type: plugin, uid: plugin }, query: { kind: plugin, spec: { expr } } }
                      : { query: { kind: 'DataQuery', group: plugin, datasource: { name: plugin }, spec: { expr } } }),
                  },
                })),
                nulls,
              ),
            },
          },
        },
      },
    ]),
  );
  const items = Object.keys(elements).map((name) => ({ kind: 'GridLayoutItem', spec: { element: { name } } }));
  return { title: 'D', timeSettings: time, elements, layout: { kind: 'GridLayout', spec: { items } } };
}

const resource = (version: string, spec: object): object => ({
  apiVersion: `dashboard.grafana.app/${version}`,
  kind: 'Dashboard',
  spec,
});

const forms = fc.oneof(
  fc.record({
    form: fc.constantFrom('plain', 'wrapped', 'v0alpha1', 'v1beta1', 'v1'),
    schema: fc.integer({ min: 1, max: 42 }),
  }),
  fc.record({ form: fc.constantFrom('v2alpha1', 'v2beta1', 'v2'), schema: fc.constant(0) }),
);

it('every query of a dashboard of any schema is accounted for, with the right result', async () => {
  const property = fc.asyncProperty(
    panels,
    forms,
    fc.nat(63),
    fc.boolean(),
    async (models, { form, schema }, nulls, nested) => {
      const spec = form.startsWith('v2')
        ? schemaV2(models, form === 'v2alpha1', nulls)
        : classic(models, schema, nulls, nested);
      const document = form === 'plain' ? spec : form === 'wrapped' ? { dashboard: spec } : resource(form, spec);
      const found = (await checkOne(api, document)).map(({ result }) => result);
      const expected = models.flatMap(({ type, queries: own }) =>
        own.map(({ result }) => (type === 'text' ? 'skipped' : result)),
      );
      expect(found).toEqual(expected);
    },
  );
  await fc.assert(property, { numRuns: 150 });
}, 120_000);
