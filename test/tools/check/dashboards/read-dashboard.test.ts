import { describe, expect, it } from 'vitest';
import type { Dashboard } from '../../../../src/tools/check/dashboards/dashboard-file.js';
import { listTargets } from '../../../../src/tools/check/dashboards/list-targets.js';
import { dashboardsIn } from '../../../../src/tools/check/dashboards/read-dashboard.js';
import { resolveDatasource } from '../../../../src/tools/check/dashboards/resolve-datasource.js';

function dashboard(content: object): Dashboard {
  const [read] = dashboardsIn({ schemaVersion: 39, title: 'D', ...content });
  if (!read) throw new Error('not a dashboard');
  return read;
}

/** `${…}`, of which a linter would think that it was meant for JavaScript. */
const braced = (name: string): string => `$\{${name}}`;

const target = (expr: string, more: object = {}): object => ({ refId: 'A', expr, ...more });

describe('the queries of a dashboard', () => {
  it('are those of panels, of closed and open rows, and of annotations, with the titles around them', () => {
    const found = listTargets(
      dashboard({
        panels: [
          { title: 'Alone', targets: [target('a')] },
          {
            type: 'row',
            title: 'Closed',
            panels: [{ title: 'In', targets: [target('b'), target('c', { refId: 'B' })] }],
          },
          { type: 'row', title: 'Open', panels: [] },
          { title: 'Behind', targets: [target('d')] },
          { id: 7, targets: [target('e')] },
        ],
        annotations: {
          list: [
            { name: 'Restarts', expr: 'f' },
            { name: 'New', target: { expr: 'g', refId: 'Anno' } },
          ],
        },
      }),
    );
    expect(found.map(({ panel, refId, expr }) => `${panel} ${refId} ${expr}`)).toEqual([
      'Alone A a',
      'Closed / In A b',
      'Closed / In B c',
      'Open / Behind A d',
      'Open / panel 7 A e',
      'annotation Restarts  f',
      'annotation New Anno g',
    ]);
  });

  it('of a row within a row are found too', () => {
    const inner = { type: 'row', title: 'Inner', panels: [{ title: 'Deep', targets: [target('a')] }] };
    const found = listTargets(dashboard({ panels: [{ type: 'row', title: 'Outer', panels: [inner] }] }));
    expect(found.map(({ panel }) => panel)).toEqual(['Outer / Inner / Deep']);
  });

  it('are instant only where they are not a range as well', () => {
    const modes = [{}, { instant: true }, { instant: true, range: true }, { instant: false, range: true }];
    const found = listTargets(dashboard({ panels: [{ title: 'P', targets: modes.map((mode) => target('a', mode)) }] }));
    expect(found.map(({ instant }) => instant)).toEqual([false, true, false, false]);
  });

  it('of a library panel are those that the export brings, else told to be elsewhere', () => {
    const libraryPanel = { uid: 'lib', name: 'Shared' };
    const content = { panels: [{ libraryPanel }] };
    const model = { title: 'M', targets: [target('a')] };
    const known = listTargets(dashboard({ ...content, __elements: { lib: { model } } }));
    expect(known).toMatchObject([{ panel: 'M', expr: 'a' }]);
    const unknown = dashboard(content);
    expect(listTargets(unknown)).toMatchObject([{ panel: 'Shared', expr: undefined }]);
    expect(resolveDatasource(listTargets(unknown)[0]!.datasource, unknown)).toMatchObject({ kind: 'other' });
  });

  it('survive a panel whose fields are of other types than expected', () => {
    const odd = { title: 5, targets: 'none', interval: {}, datasource: 7, repeat: [] };
    const found = listTargets(dashboard({ panels: [odd, { title: 'P', targets: [target('a')] }] }));
    expect(found.map(({ expr }) => expr)).toEqual(['a']);
  });

  it('are found in what the HTTP API gives, and other JSON is no dashboard', () => {
    expect(dashboardsIn({ meta: {}, dashboard: { title: 'W', schemaVersion: 27 } })).toMatchObject([{ title: 'W' }]);
    for (const other of [{ name: 'package', version: '1' }, { title: 'T', panels: ['left'] }, [1], null]) {
      expect(dashboardsIn(other)).toEqual([]);
    }
  });
});

describe('the datasource of a query', () => {
  const context = dashboard({
    __inputs: [
      { name: 'DS_METRICS', type: 'datasource', pluginId: 'prometheus' },
      { name: 'DS_LOGS', pluginId: 'loki' },
    ],
    templating: {
      list: [
        { name: 'source', type: 'datasource', query: 'prometheus' },
        { name: 'logs', type: 'datasource', query: 'loki' },
      ],
    },
  });
  it.each<[unknown]>([
    [undefined],
    [null],
    ['default'],
    ['Prometheus'],
    ['Mimir production'],
    ['$source'],
    [braced('source')],
    ['[[source]]'],
    [braced('DS_METRICS')],
    [braced('DS_PROMETHEUS')],
    [{ type: 'prometheus', uid: 'abc' }],
    [{ type: 'prometheus', uid: braced('source') }],
    [{ type: 'grafana-amazonprometheus-datasource', uid: 'x' }],
    [{ uid: '$source' }],
    [{ uid: 'abc' }],
  ])('%j is Prometheus', (ref) => {
    expect(resolveDatasource(ref as never, context)).toMatchObject({ kind: 'prometheus' });
  });

  it.each<[unknown, string]>([
    ['Loki', 'datasource Loki'],
    ['loki-2', 'datasource loki-2'],
    ['-- Grafana --', 'Grafana itself'],
    ['-- Dashboard --', 'another panel'],
    [braced('DS_LOGS'), 'type loki'],
    [{ uid: '$logs' }, 'type loki'],
    [{ type: 'loki', uid: 'abc' }, 'type loki'],
    [{ type: 'datasource', uid: 'grafana' }, 'Grafana itself'],
    [{ type: '__expr__', uid: '__expr__' }, 'computes'],
    [{ type: 'grafana-simple-json-datasource', uid: 'x' }, 'simple-json'],
  ])('%j is left alone', (ref, reason) => {
    expect(resolveDatasource(ref as never, context)).toEqual({
      kind: 'other',
      reason: expect.stringContaining(reason),
    });
  });
});
