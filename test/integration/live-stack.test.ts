import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { presetCatalogue } from '../../src/presets/presets.js';
import type { SummaryDocument } from '../../src/render/summary.js';
import { readSettings } from '../../src/settings/read-settings.js';
import { freePort } from '../../src/tools/demo/prometheus/free-port.js';
import { isFull } from '../../src/tools/demo/screen/plain-lines.js';
import { parseExposition } from '../support/parse-exposition.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';
import { checkMetrics } from '../support/promtool.js';
import { parseOpenMetrics } from '../support/python.js';
import { type RunningCli, startCli } from '../support/run-cli.js';
import { until } from '../support/until.js';

const endpoints = ['/system', '/providers', '/models', '/business', '/performance', '/all'] as const;
const openMetrics = 'application/openmetrics-text; version=1.0.0';

let demo: RunningCli;
let prometheus: string;
let base: string;
let second: TestPrometheus;

beforeAll(async () => {
  const port = await freePort();
  demo = startCli(['demo', '--port', String(port), '--seed', '7']);
  base = `http://127.0.0.1:${port}/prometheus/metrics`;
  prometheus = await until(() => demo.stdout.map((line) => /(http:\S+) +Prometheus$/.exec(line)?.[1]).find(Boolean), {
    what: `the demo runs; it wrote ${JSON.stringify(demo.stderr)}`,
    within: 60_000,
  });
  second = await startTestPrometheus({
    scrape: `
- job_name: reexport
  metrics_path: /prometheus/metrics/all
  static_configs: [{targets: ['${new URL(base).host}']}]
`,
  });
  await until(async () => isFull(await summary()), { what: 'the summary is full', within: 60_000, every: 500 });
});

afterAll(async () => {
  await second?.close();
  demo?.kill('SIGINT');
  await demo?.ended;
});

async function summary(): Promise<SummaryDocument> {
  return (await (await fetch(`${base}/summary`)).json()) as SummaryDocument;
}

describe('the whole stack with a real Prometheus', () => {
  it('gives every summary field the value of its canonical expression at the timestamp', async () => {
    const { metricsSelector, metricsMarker } = readSettings({ env: {} });
    const catalogue = createCatalogue(presetCatalogue([gatewayz], false), {
      selector: metricsSelector,
      marker: metricsMarker,
    });
    const { metrics, timestamp, status } = await summary();
    expect(status).toBe('ok');
    for (const { section, field, row } of catalogue.fields) {
      const promql = catalogue.rows.get(row)!.promql['value']!;
      const [direct] = await askDirectly(promql, Date.parse(timestamp));
      const ours = String(metrics[section]![field]);
      if (/^sum\([a-z_]+\{[^}]*\}\)$/.test(promql)) expect([field, ours]).toEqual([field, direct]);
      const relative = Math.abs(Number(ours) - Number(direct)) / Math.max(Math.abs(Number(direct)), Number.MIN_VALUE);
      expect([field, relative <= 1e-9 || ours === direct]).toEqual([field, true]);
    }
    expect(metrics['models']!['tokens_used_total']).toBe(metrics['business']!['total_tokens_used']);
    expect(metrics['models']!['credits_used_total']).toBe(metrics['business']!['total_credits_used']);
  });

  it.each(endpoints)(
    '%s parses: by our strict parser, by promtool, and as OpenMetrics by a strict parser',
    async (path) => {
      const text = await (await fetch(base + path)).text();
      expect(parseExposition(text, 'text').length).toBeGreaterThan(0);
      const { code, output } = await checkMetrics(text);
      expect([code === 0 || code === 3, code === 1 ? output : '']).toEqual([true, '']);
      const open = await (await fetch(base + path, { headers: { accept: openMetrics } })).text();
      expect(parseExposition(open, 'openmetrics').length).toBeGreaterThan(0);
      expect((await parseOpenMetrics(open)).length).toBeGreaterThan(0);
    },
  );

  it('the scrape target parses too, in both formats', async () => {
    const text = await (await fetch(base)).text();
    parseExposition(text, 'text');
    expect([0, 3]).toContain((await checkMetrics(text)).code);
    const open = await (await fetch(base, { headers: { accept: openMetrics } })).text();
    expect((await parseOpenMetrics(open)).length).toBeGreaterThan(0);
  });

  it('/all has the same values in a second Prometheus that scrapes it', async () => {
    const fetchAll = async (): Promise<{ etag: string | null; text: string; at: number }> => {
      const response = await fetch(`${base}/all`);
      return { etag: response.headers.get('etag'), text: await response.text(), at: Date.now() };
    };
    const scrapedAt = async (): Promise<number> =>
      1000 * Number((await second.vector('timestamp(up{job="reexport"} == 1)'))[0]?.value ?? 0);
    // A scrape between two looks that found the same bytes has seen those bytes.
    const { text, at } = await until(
      async () => {
        const before = await fetchAll();
        const scraped = await until(async () => ((await scrapedAt()) > before.at ? scrapedAt() : undefined), {
          what: 'the second Prometheus has scraped',
        });
        const after = await fetchAll();
        return before.etag === after.etag && scraped < after.at ? { text: before.text, at: scraped } : undefined;
      },
      { what: 'a scrape fell between two equal answers', within: 30_000 },
    );
    const ours = new Map<string, string>();
    for (const { samples } of parseExposition(text, 'text')) {
      for (const { name, labels, value } of samples) ours.set(seriesOf({ ...labels, __name__: name }), value);
    }
    const { result } = await second.query('{reexported_by="gatewayz-metrics"}', at);
    const theirs = new Map(
      (result as { metric: Record<string, string>; value: [number, string] }[]).map(({ metric, value }) => [
        seriesOf(metric),
        value[1],
      ]),
    );
    expect(theirs.size).toBe(ours.size);
    for (const [series, value] of ours) expect([series, Number(theirs.get(series))]).toEqual([series, Number(value)]);
  });
});

async function askDirectly(promql: string, time: number): Promise<string[]> {
  const body = new URLSearchParams({ query: promql, time: String(time / 1000) });
  const response = await fetch(`${prometheus}/api/v1/query`, { method: 'POST', body });
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return data.result.map(({ value }) => value[1]);
}

/** Without the labels that a scrape adds; bounds as numbers, since a scrape in OpenMetrics has `1.0` for `1`. */
function seriesOf(labels: Readonly<Record<string, string>>): string {
  const { job: _job, instance: _instance, le, ...own } = labels;
  const bound = le === undefined ? [] : [['le', String(Number(le.replace('+Inf', 'Infinity')))]];
  return JSON.stringify([...Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1)), ...bound]);
}
