// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana
import { describe, expect, it } from 'vitest';
import { scrapeConfig, tempStack } from './temp-stack.js';

const logs = '{job="health_service_exporter"}';
const rate = `sum(rate(${logs}[5m]))`;
const up = 'up{job="health_service_exporter"}';
const provisioning = [
  'apiVersion: 1',
  'datasources:',
  '  - {name: Logs, type: loki, uid: l1}',
  '  - {name: Metrics, type: prometheus, uid: p1, isDefault: true}',
  '',
].join('\n');

/** What the removal makes of a JSON file. */
async function changed(dashboard: unknown, more: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const text = JSON.stringify(dashboard, undefined, 1);
  const stack = await tempStack({ 'prom.yml': scrapeConfig, 'd.json': text, ...more });
  const ofFile = (await stack.plan()).filter(({ file }) => file === 'd.json');
  expect(ofFile).toHaveLength(1);
  await stack.remove();
  const isChanged = (await stack.read('d.json')) !== text;
  expect(ofFile[0]?.action).toBe(isChanged ? 'replace' : 'by hand');
  return isChanged;
}

const panel = (datasource: unknown, expr: string, target: object = {}) => ({
  schemaVersion: 36,
  panels: [{ title: 'P', type: 'graph', datasource, targets: [{ refId: 'A', expr, ...target }] }],
});
const variables = (...list: readonly object[]) => ({ templating: { list } });

describe('a query of another data source is never changed', () => {
  it.each([
    ['by type', panel({ type: 'loki', uid: 'x' }, logs)],
    [
      'by the type of the target, in a mixed panel',
      panel({ uid: '-- Mixed --' }, rate, { datasource: { type: 'loki' } }),
    ],
    ['by its provisioned name', panel('Logs', logs)],
    ['by its provisioned uid', panel({ uid: 'l1' }, rate)],
    [
      'by a variable',
      { ...panel('${source}', rate), ...variables({ name: 'source', type: 'datasource', query: 'loki' }) },
    ],
    [
      'by an input',
      { ...panel({ uid: '${DS_X}' }, logs), __inputs: [{ name: 'DS_X', type: 'datasource', pluginId: 'loki' }] },
    ],
    [
      'in dashboard schema v2',
      {
        kind: 'Dashboard',
        spec: {
          elements: {
            a: {
              kind: 'Panel',
              spec: {
                title: 'P',
                data: {
                  kind: 'QueryGroup',
                  spec: {
                    queries: [
                      {
                        kind: 'PanelQuery',
                        spec: { query: { kind: 'DataQuery', group: 'loki', spec: { expr: rate } } },
                      },
                    ],
                  },
                },
              },
            },
          },
        },
      },
    ],
    ['SQL', panel({ type: 'mysql' }, 'x', { expr: undefined, query: "select 'health_service_exporter'" })],
    [
      'TraceQL',
      panel({ type: 'tempo' }, 'x', {
        expr: undefined,
        query: '{ resource.service.name = "health-service-exporter" }',
      }),
    ],
    ['where the data source is not known', panel('Something', rate)],
  ])('%s', async (_, dashboard) => {
    expect(await changed(dashboard, { 'ds.yml': provisioning })).toBe(false);
  });

  it.each([
    [
      'a rule of the ruler of Loki',
      'loki/rules/a.yml',
      `groups:\n  - rules:\n      - alert: A\n        expr: '${rate} > 1'\n`,
    ],
    [
      'a rule that may be of the ruler',
      'rules/a.yml',
      `groups:\n  - rules:\n      - alert: A\n        expr: 'count_over_time(${logs}[5m]) > 1'\n`,
    ],
    [
      'an alert of Grafana by the uid of its data source',
      'alerting/a.yml',
      `groups:\n  - rules:\n      - title: A\n        data:\n          - datasourceUid: l1\n            model: {expr: 'rate(${logs}[5m])'}\n`,
    ],
    [
      'a resource of the Loki operator',
      'k8s.yml',
      `apiVersion: loki.grafana.com/v1\nkind: AlertingRule\nspec:\n  groups:\n    - rules:\n        - {alert: A, expr: '${rate}'}\n`,
    ],
  ])('%s', async (_, path, text) => {
    const stack = await tempStack({ 'prom.yml': scrapeConfig, 'ds.yml': provisioning, [path]: text });
    expect((await stack.plan()).filter(({ file }) => file === path).map(({ action }) => action)).toEqual(['by hand']);
    await stack.remove();
    expect(await stack.read(path)).toBe(text);
  });
});

describe('a query of Prometheus is rewritten', () => {
  it.each([
    ['by type, without a metric name', panel({ type: 'prometheus', uid: 'x' }, `count(${logs})`)],
    ['by its provisioned name', panel('Metrics', `count(${logs})`)],
    ['of the default data source', panel(null, `count(${logs})`)],
    [
      'by a variable',
      { ...panel('$source', logs), ...variables({ name: 'source', type: 'datasource', query: 'prometheus' }) },
    ],
    ['whatever its data source is called, since LogQL has no metric names', panel('Something', up)],
    [
      'in a mixed panel',
      panel({ type: 'datasource', uid: '-- Mixed --' }, logs, { datasource: { type: 'prometheus' } }),
    ],
  ])('%s', async (_, dashboard) => {
    expect(await changed(dashboard, { 'ds.yml': provisioning })).toBe(true);
  });
});
