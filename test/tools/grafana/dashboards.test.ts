import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/catalogue/create-catalogue.js';
import { stateMetrics, workerMetrics } from '../../../src/own-metrics.js';
import { healthFamilies } from '../../../src/presets/gatewayz/health-families.js';
import { gatewayzCatalogue } from '../../../src/presets/presets.js';
import { parseMarker, parseMatchers } from '../../../src/promql/matchers.js';
import { listSelectors } from '../../../src/promql/selectors.js';
import { requestMetrics } from '../../../src/request-metrics.js';
import { type GrafanaOptions, grafanaFiles } from '../../../src/tools/grafana/files.js';
import { defaultObjectives } from '../../../src/tools/grafana/rules/service-level-objectives.js';
import { type DashboardQuery, queriesOf } from '../../support/dashboard-queries.js';
import { type Dashboard, type Panel, withAllPanels } from '../../support/grafana-queries.js';
import { bareSelectors, calledFunctions } from '../../support/promql-structure.js';

const marker = parseMarker('reexported_by="gatewayz-metrics"');
const defaults: GrafanaOptions = {
  queries: { definition: gatewayzCatalogue, scope: { selector: [], marker }, serviceSelector: [], metricPrefix: '' },
  variables: ['job', 'instance'],
  objectives: defaultObjectives,
  datasources: { uid: 'prometheus', prometheusUrl: 'http://prometheus:9090', backendUrl: 'http://backend/prometheus' },
  runbook: undefined,
};

function dashboards(options: GrafanaOptions = defaults): readonly Dashboard[] {
  return [...grafanaFiles(options)]
    .filter(([path]) => path.startsWith('dashboards/'))
    .map(([, text]) => withAllPanels(JSON.parse(text) as Dashboard));
}

const all = dashboards();
const panels = all.flatMap(({ uid, panels }) =>
  panels.filter(({ type }) => type !== 'row').map((panel) => ({ ...panel, where: `${uid} / ${panel.title}` })),
);
const queries = all.flatMap(queriesOf);
const uids = new Set(all.map(({ uid }) => uid));

/** Items with a problem, and the problem. */
function problems<T extends { readonly where: string }>(
  items: readonly T[],
  problemOf: (item: T) => unknown,
): string[] {
  return items.flatMap((item) => {
    const found = problemOf(item);
    return found === false || found === undefined || (Array.isArray(found) && found.length === 0)
      ? []
      : [`${item.where}: ${found}`];
  });
}

describe('the dashboards', () => {
  it('are eight, each of which links to all by their tag', () => {
    expect(all.map(({ title }) => title)).toEqual([
      'GatewayZ / Overview',
      'GatewayZ / HTTP',
      'GatewayZ / Providers',
      'GatewayZ / Models',
      'GatewayZ / Business',
      'GatewayZ / Health Service',
      'GatewayZ / This service',
      'GatewayZ / All families',
    ]);
    for (const { links, tags } of all) {
      expect(links).toContainEqual(expect.objectContaining({ type: 'dashboards', tags }));
    }
  });

  it('have a title of its own, a description and a unit for every panel', () => {
    for (const { panels } of all) expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(problems(panels, ({ description }) => !/^[A-Z0-9].*\.$/s.test(description ?? ''))).toEqual([]);
    const withUnit = panels.filter(({ type }) => type !== 'table');
    expect(problems(withUnit, ({ fieldConfig }) => fieldConfig?.defaults.unit === undefined)).toEqual([]);
  });

  it('have panels with ids of their own, that do not overlap and do not stick out', () => {
    for (const { uid, panels } of all) {
      expect(new Set(panels.map(({ id }) => id)).size, uid).toBe(panels.length);
      const taken = new Set<string>();
      for (const { title, gridPos } of panels) {
        expect(gridPos.x + gridPos.w, `${uid} / ${title}`).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
            expect(taken.has(`${x},${y}`), `${uid} / ${title} at ${x},${y}`).toBe(false);
            taken.add(`${x},${y}`);
          }
        }
      }
    }
  });

  it('take everything from the datasource that is chosen, at first the one that was named', () => {
    for (const dashboard of dashboards({ ...defaults, datasources: { ...defaults.datasources, uid: 'mimir-1' } })) {
      const [list] = dashboard.templating.list;
      expect(list).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
      expect(list).toMatchObject({ current: { value: 'mimir-1' } });
    }
    expect(problems(panels, ({ datasource }) => datasource?.uid !== `$${'{datasource}'}`)).toEqual([]);
  });

  it('are of a form that Grafana 11 reads as it is, with panels that it still has', () => {
    const known = ['row', 'stat', 'bargauge', 'timeseries', 'state-timeline', 'table'];
    expect(uids.size).toBe(all.length);
    for (const dashboard of all) {
      expect(dashboard).toMatchObject({ schemaVersion: 41, timezone: 'browser', refresh: '30s', editable: true });
      expect(dashboard).toMatchObject({ time: { from: 'now-1h', to: 'now' } });
      expect(dashboard).not.toHaveProperty('id');
    }
    expect(problems(panels, ({ type }) => !known.includes(type))).toEqual([]);
    const refs = ({ targets = [] }: Panel) => targets.map(({ refId }) => refId);
    expect(
      problems(panels, (panel) => refs(panel).length === 0 || new Set(refs(panel)).size < refs(panel).length),
    ).toEqual([]);
    // Without a group Grafana draws stacked series over each other.
    const stacked = panels.map(({ where, fieldConfig }) => ({ where, ...fieldConfig?.defaults.custom?.stacking }));
    expect(stacked.filter(({ mode }) => mode === 'normal').length).toBeGreaterThan(5);
    expect(problems(stacked, ({ mode, group }) => mode === 'normal' && group === undefined)).toEqual([]);
  });

  it('show what went well in green and what failed in red, wherever series are outcomes', () => {
    const outcomes = panels.filter(({ type, targets = [] }) => {
      return (
        type === 'timeseries' && /^\{\{(?:status|status_code|code|outcome)\}\}$/.test(targets[0]?.legendFormat ?? '')
      );
    });
    expect(outcomes.length).toBe(7);
    for (const { where, fieldConfig } of outcomes) {
      const colorOf = (name: string) =>
        fieldConfig?.overrides?.find(({ matcher: { id, options } }) => {
          return id === 'byRegexp' && new RegExp(options.replace(/^\/|\/$/g, '')).test(name);
        })?.properties[0]?.value;
      const isCode = /status_code|code/.test(queries.find((query) => query.where.startsWith(where))?.expr ?? '');
      const [good, bad] = isCode ? ['200', '503'] : ['success', where.endsWith('Refreshes') ? 'failure' : 'error'];
      expect(colorOf(good!), where).toMatchObject({ fixedColor: 'green' });
      expect(colorOf(bad!), where).toMatchObject({ fixedColor: 'red' });
      expect(colorOf('something else'), where).toBeUndefined();
    }
  });

  it('link panels only to dashboards and drop-downs that exist', () => {
    const links = panels.flatMap(({ where, fieldConfig }) =>
      (fieldConfig?.defaults.links ?? []).map(({ url }) => ({ where, url: new URL(url, 'http://grafana') })),
    );
    expect(links.length).toBeGreaterThan(30);
    const listsOf = (uid: string) => all.find((one) => one.uid === uid)?.templating.list.map(({ name }) => name) ?? [];
    const unknown = problems(links, ({ url }) => {
      const uid = url.pathname.replace('/d/', '');
      const set = [...url.searchParams.keys()].flatMap((key) => (key.startsWith('var-') ? key.slice(4) : []));
      return !uids.has(uid) || set.some((name) => !listsOf(uid).includes(name));
    });
    expect(unknown).toEqual([]);
  });
});

describe('the variables', () => {
  const variablesOf = (uid: string) =>
    all.find((one) => one.uid === uid)?.templating.list.map(({ name, query }) => [name, query]) ?? [];

  it('select datasource, job and instance everywhere, provider and model where they matter', () => {
    const names = Object.fromEntries(all.map(({ uid }) => [uid, variablesOf(uid).map(([name]) => name)]));
    expect(names).toEqual({
      'gatewayz-overview': ['datasource', 'job', 'instance'],
      'gatewayz-http': ['datasource', 'job', 'instance', 'method', 'path'],
      'gatewayz-providers': ['datasource', 'job', 'instance', 'provider'],
      'gatewayz-models': ['datasource', 'job', 'instance', 'provider', 'model'],
      'gatewayz-business': ['datasource', 'job', 'instance'],
      'gatewayz-health-service': ['datasource', 'service_job', 'service_instance'],
      'gatewayz-this-service': ['datasource', 'service_job', 'service_instance'],
      'gatewayz-families': ['datasource', 'job', 'instance'],
    });
  });

  it('narrow every query of their dashboard, and the variables after them', () => {
    for (const { uid, panels: own, templating } of all) {
      const prefix = templating.list.some(({ name }) => name === 'service_job') ? 'service_' : '';
      const texts = own.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
      const gateway = texts.filter((expr) => prefix !== '' || !/gatewayz_(?:health|availability|metrics)_/.test(expr));
      expect(gateway.length, uid).toBeGreaterThan(5);
      for (const expr of gateway) expect(expr).toContain(`instance=~"$${prefix}instance"`);
      const instance = templating.list.find(({ name }) => name === `${prefix}instance`);
      expect(JSON.stringify(instance?.query), uid).toContain(`job=~\\"$${prefix}job\\"`);
    }
  });

  it('can be others', () => {
    const [overview] = dashboards({ ...defaults, variables: ['env'] });
    expect(overview?.templating.list.map(({ name }) => name)).toEqual(['datasource', 'env']);
  });
});

describe('the dashboard of all families', () => {
  const titlesOf = (options: GrafanaOptions) =>
    dashboards(options)
      .find(({ uid }) => uid === 'gatewayz-families')
      ?.panels.flatMap(({ type, title }) => (type === 'row' ? [] : [title])) ?? [];

  it('has one panel for every family of the catalogue', () => {
    const families = gatewayzCatalogue.tables.flatMap(({ families = [] }) => families);
    expect(titlesOf(defaults).sort()).toEqual([...new Set(families.map(({ name }) => name))].sort());
  });

  it('shows a family that is added to the catalogue, with no other change', () => {
    const table = {
      file: 'own.yml',
      families: [
        {
          name: 'own_queue_length',
          type: 'gauge' as const,
          help: 'Current number of queued jobs.',
          unit: '',
          endpoint: 'system',
          labels: ['queue'],
          row: { id: 'own_queue_length', promql: { value: 'sum by (queue) (own_queue_length)' } },
        },
      ],
    };
    const definition = { ...gatewayzCatalogue, tables: [...gatewayzCatalogue.tables, table] };
    expect(titlesOf({ ...defaults, queries: { ...defaults.queries, definition } })).toContain('own_queue_length');
  });
});

describe('the Overview', () => {
  const [overview] = [...grafanaFiles(defaults)].flatMap(([path, text]) =>
    path === 'dashboards/gatewayz-overview.json' ? [JSON.parse(text) as Dashboard] : [],
  );

  it('begins with the service levels and keeps the rest collapsed, so that it queries little', () => {
    const rows = overview?.panels.filter(({ type }) => type === 'row') ?? [];
    expect(rows.map(({ title, panels: inside = [] }) => [title, inside.length > 0])).toEqual([
      ['Service levels', false],
      ['HTTP', true],
      ['Models', true],
      ['Providers', true],
      ['Database and cache', true],
      ['Business', true],
      ['Health Service', true],
    ]);
    const open = overview?.panels.filter(({ type }) => type !== 'row').map(({ title }) => title);
    expect(open).toEqual([
      'Error rate',
      'HTTP p95',
      'Providers down',
      'First token p95',
      'Request rate',
      'Targets down',
      'Availability budget burn',
      'Latency budget burn',
    ]);
  });
});

describe('one thing has one unit and one word', () => {
  it('request rates are per minute everywhere', () => {
    const rates = panels.filter(({ fieldConfig }) => /^req/.test(fieldConfig?.defaults.unit ?? ''));
    expect(rates.length).toBeGreaterThan(8);
    expect(problems(rates, ({ fieldConfig }) => fieldConfig?.defaults.unit !== 'reqpm')).toEqual([]);
  });

  it('no title says average, unavailable, share of or active incidents', () => {
    expect(problems(panels, ({ title }) => /avg|average|unavailable|share of|active incidents/i.test(title))).toEqual(
      [],
    );
  });

  it('only the state of a provider has traffic-light colors, not its score or availability', () => {
    for (const title of ['Health score', 'Availability']) {
      const panel = panels.find((one) => one.where === `gatewayz-providers / ${title}`);
      expect(JSON.stringify(panel?.fieldConfig), title).not.toContain('green');
    }
  });
});

describe('the queries', () => {
  it('exclude in every selector what this service hands out itself', () => {
    const open = ({ expr }: DashboardQuery) =>
      listSelectors(expr).filter(
        ({ matchers }) =>
          !matchers.some((m) => m.label === 'reexported_by' && m.op === '!=' && m.value === 'gatewayz-metrics'),
      ).length > 0;
    expect(problems(queries, open)).toEqual([]);
  });

  it('aggregate every series, so that replicas and environments never show as several', () => {
    expect(bareSelectors('a / sum(b)')).toEqual(['a']);
    expect(problems(queries, ({ expr }) => bareSelectors(expr))).toEqual([]);
  });

  it('never call vector(): a zero stands only where its denominator is present', () => {
    expect(calledFunctions('sum(x) or vector(0)')).toEqual(['vector']);
    expect(problems(queries, ({ expr }) => calledFunctions(expr).includes('vector'))).toEqual([]);
  });

  it('ask only for metrics that the gateway, the Health Service or this service can have', () => {
    const catalogue = createCatalogue(gatewayzCatalogue, { selector: [], marker });
    const backend = readFileSync(new URL('../../fixtures/backend-metrics.csv', import.meta.url), 'utf8');
    const known = new Set([
      ...[...catalogue.rows.values()].flatMap(({ metrics }) => metrics),
      ...backend.split('\n').map((line) => line.split(',')[0]!),
      'up',
      ...[...healthFamilies, ...stateMetrics, ...Object.values(workerMetrics), ...Object.values(requestMetrics)].map(
        ({ name }) => name,
      ),
    ]);
    const isKnown = (name: string | undefined) =>
      name !== undefined && (known.has(name) || known.has(name.replace(/_(?:bucket|sum|count)$/, '')));
    expect(
      problems(queries, ({ expr }) => listSelectors(expr).flatMap(({ name }) => (isKnown(name) ? [] : name))),
    ).toEqual([]);
  });
});

describe('the queries for a stack of the user’s own', () => {
  const own = dashboards({
    ...defaults,
    queries: {
      definition: gatewayzCatalogue,
      scope: { selector: parseMatchers('env="production"'), marker: parseMarker('origin="gm"') },
      serviceSelector: parseMatchers('job="gatewayz_metrics"'),
      metricPrefix: 'llm_',
    },
  }).flatMap(queriesOf);
  const selectors = own.flatMap(({ where, expr }) => listSelectors(expr).map((selector) => ({ where, ...selector })));
  const isOurs = ({ name = '' }) => /^llm_gatewayz_(?:health|availability|metrics)_/.test(name);
  const has = (matchers: readonly object[], label: string, op: string, value: string) =>
    matchers.some((matcher) => JSON.stringify(matcher) === JSON.stringify({ label, op, value }));

  it('are as many as with the defaults', () => {
    expect(own.map(({ where }) => where)).toEqual(queries.map(({ where }) => where));
  });

  it('put the prefix before every metric name', () => {
    expect(problems(selectors, ({ name }) => name !== 'up' && name?.startsWith('llm_') !== true)).toEqual([]);
  });

  it('carry the marker everywhere, and the base selector on every series of the gateway', () => {
    expect(problems(selectors, ({ matchers }) => !has(matchers, 'origin', '!=', 'gm'))).toEqual([]);
    const gateway = selectors.filter((selector) => !isOurs(selector));
    expect(gateway.length).toBeGreaterThan(200);
    expect(problems(gateway, ({ matchers }) => !has(matchers, 'env', '=', 'production'))).toEqual([]);
  });

  it('carry the service selector, and no base selector, on series of our own scrape target', () => {
    const ours = selectors.filter(isOurs);
    expect(ours.length).toBeGreaterThan(30);
    expect(problems(ours, ({ matchers }) => !has(matchers, 'job', '=', 'gatewayz_metrics'))).toEqual([]);
    expect(problems(ours, ({ matchers }) => has(matchers, 'env', '=', 'production'))).toEqual([]);
  });
});
