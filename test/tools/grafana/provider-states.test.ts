import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Panel } from '../../support/grafana-queries.js';
import { type Chosen, interpolate } from '../../support/interpolate.js';
import { startTestPrometheus, type TestPrometheus } from '../../support/prometheus.js';
import { readDashboards } from '../../support/read-dashboards.js';
import { seed } from '../../support/seed-series.js';

const start = Date.UTC(2026, 0, 5, 12);
const at = start + 600_000;
const series = (name: string, labels: Readonly<Record<string, string>>, values: string) => ({
  name,
  labels: { job: 'gateway', ...labels },
  values,
  start,
  step: 15_000,
});
const requests = (provider: string, success: string, error: string) => [
  series('model_inference_requests_total', { provider, model: 'm', status: 'success' }, success),
  series('model_inference_requests_total', { provider, model: 'm', status: 'error' }, error),
];

let prometheus: TestPrometheus;
let panels: readonly Panel[];

beforeAll(async () => {
  panels = readDashboards().find(({ uid }) => uid === 'gatewayz-providers')?.panels ?? [];
  prometheus = await startTestPrometheus({
    series: seed([
      // This job speaks percent; 1 is one percent.
      series('provider_availability', { provider: 'fine' }, '99x60'),
      series('provider_availability', { provider: 'gone' }, '1x60'),
      ...requests('shaky', '0+8x60', '0+2x60'),
      ...requests('failing', '0+1x60', '0+9x60'),
      ...requests('edge', '0+15x60', '0+1x60'),
      ...requests('idle', '50x60', '50x60'),
      // What this service hands out itself must not count.
      series('provider_availability', { provider: 'echo', reexported_by: 'gatewayz-metrics' }, '0x60'),
    ]),
  });
});
afterAll(() => prometheus.close());

/** Values by provider of a panel's query, with the drop-down as given. */
async function ask(title: string, refId: string, provider: Chosen): Promise<Readonly<Record<string, number>>> {
  const expr = panels.find((panel) => panel.title === title)?.targets?.find((target) => target.refId === refId)?.expr;
  const time = { from: start, to: at, width: 960, scrapeInterval: 15_000, minStep: 15_000 };
  const answer = await prometheus.vector(
    interpolate(expr ?? '', time, new Map([['provider', provider], ...everyTarget])),
    at,
  );
  return Object.fromEntries(answer.map(({ labels, value }) => [labels['provider'] ?? 'all', Number(value)]));
}

const all: Chosen = { all: '.*' };
const everyTarget = [
  ['job', all],
  ['instance', all],
] as const;

describe('the Providers dashboard', () => {
  it('shows each provider’s state as the catalogue counts them: 0 healthy, 1 degraded, 2 down', async () => {
    const states = await ask('State', 'A', all);
    expect(states).toEqual({ fine: 0, gone: 2, shaky: 1, failing: 2, edge: 1 });
    const counted = Object.values(states);
    for (const [title, state] of [
      ['Healthy', 0],
      ['Degraded', 1],
      ['Down', 2],
    ] as const) {
      expect(await ask(title, 'A', all)).toEqual({ all: counted.filter((one) => one === state).length });
    }
    expect(await ask('Known', 'A', all)).toEqual({ all: 6 });
  });

  it('shows the same of a provider that is chosen alone, though its job’s scale is told by the others', async () => {
    expect(await ask('State', 'A', { values: ['gone'] })).toEqual({ gone: 2 });
    expect(await ask('Availability', 'A', { values: ['gone'] })).toEqual({ gone: 0 });
    expect(await ask('State', 'A', { values: ['shaky', 'edge'] })).toEqual({ shaky: 1, edge: 1 });
  });

  it('derives what a provider does not report, and says nothing of an idle one', async () => {
    const errorRates = await ask('Error rate', 'A', all);
    expect(Object.keys(errorRates).sort()).toEqual(['edge', 'failing', 'shaky']);
    expect(errorRates['shaky']).toBeCloseTo(0.2, 9);
    expect(await ask('Availability', 'A', all)).toEqual({ fine: 1, gone: 0, shaky: 1, failing: 0, edge: 1 });
    const scores = await ask('Health score', 'A', all);
    expect(scores['fine']).toBe(1);
    expect(scores['shaky']).toBeCloseTo((0.4 + 0.3 * 0.8) / 0.7, 9);
  });
});
