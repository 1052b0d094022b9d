import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { documentation } from '../../src/documentation.js';
import { errorCodes } from '../../src/errors.js';
import { createRoutes } from '../../src/http/routes.js';
import { stateMetrics, workerMetrics } from '../../src/own-metrics.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { gatewayzCatalogue, presetCatalogue } from '../../src/presets/presets.js';
import { requestMetrics } from '../../src/request-metrics.js';
import { type Options, readSettings } from '../../src/settings/read-settings.js';

const routes = createRoutes(gatewayzCatalogue.endpoints);

function docs(options: Options = {}, dropped: Readonly<Record<string, number>> = {}): string {
  const settings = readSettings({ env: {}, ...options });
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  return documentation(
    createCatalogue(presetCatalogue([gatewayz], settings.healthServiceUrl !== undefined), scope),
    settings,
    dropped,
  );
}

const whole = docs({ healthServiceUrl: 'http://health' });
const catalogue = createCatalogue(gatewayzCatalogue, { selector: [], marker: undefined });

/** The lines of a section, without the heading. */
function section(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`no ${heading}`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith('#'));
  return lines.slice(start + 1, end < 0 ? undefined : end);
}

describe('the documentation', () => {
  test('lists every path, below the prefix', () => {
    for (const { path } of routes) expect(whole).toContain(`| \`/prometheus/metrics${path}\` |`);
    for (const { path } of routes) {
      expect(docs({ metricsPrefix: '/' })).toContain(`| \`/metrics${path}\` |`);
    }
  });

  test('has a row for every field of the summary', () => {
    const rows = section(whole, '## Fields of /summary');
    for (const { section: part, field, unit } of catalogue.fields) {
      expect(rows.filter((line) => line.startsWith(`| \`${part}.${field}\` | ${unit} |`))).toHaveLength(1);
    }
  });

  test('has every family once under its endpoint, with type and labels', () => {
    for (const [endpoint, families] of Object.entries(catalogue.families)) {
      if (endpoint === 'all') continue;
      const rows = section(whole, `## Families of /${endpoint}`);
      for (const { name, type, labels } of families) {
        const cells = `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} |`;
        expect(rows.filter((line) => line.startsWith(cells))).toHaveLength(1);
      }
    }
    const health = section(whole, '## Families of the Health Service').filter((line) => line.includes('gatewayz_'));
    expect(health).toHaveLength(17);
    expect(docs()).not.toContain('the Health Service\n');
  });

  test('has every metric of our own, and every error code', () => {
    const own = section(whole, '## Families of gatewayz-metrics itself');
    for (const { name } of [...stateMetrics, ...Object.values(workerMetrics), ...Object.values(requestMetrics)]) {
      expect(own.filter((line) => line.startsWith(`| \`${name}\` |`))).toHaveLength(1);
    }
    const errors = section(whole, '## Errors');
    for (const [name, { status }] of Object.entries(errorCodes)) {
      expect(errors.filter((line) => line.startsWith(`| \`${name}\` | ${status} |`))).toHaveLength(1);
    }
  });

  test('has the canonical PromQL of every row as it can be pasted, with the base selector', () => {
    const text = docs({ metricsSelector: 'env="production"' });
    for (const id of catalogue.rows.keys()) expect(text).toContain(`\n### \`${id}\`\n`);
    expect(text).toContain(
      '```promql\nsum(fastapi_requests_in_progress{env="production",reexported_by!="gatewayz-metrics"})\n```',
    );
  });

  test('says which label marks our samples, and what not to scrape', () => {
    expect(whole).toContain('`reexported_by="gatewayz-metrics"`');
    expect(whole).toContain('do not scrape `/prometheus/metrics/all` into its own source Prometheus');
    const off = docs({ metricsMarker: '', metricsSelector: 'env="production"' });
    expect(off).toContain('The marker label is off');
    expect(off).not.toContain('reexported_by');
  });

  test('says what is left out, and nothing where nothing is', () => {
    expect(docs({}, { model_inference_requests_total: 12 })).toContain(
      '- `model_inference_requests_total`: 12 label sets\n',
    );
    expect(whole).not.toContain('## Series over METRICS_MAX_SERIES');
  });

  test('is inert: no tag, no entity that would hide text, tables of one width', () => {
    const hostile = docs({ metricsSelector: 'env="<script>|`x`</script>"' });
    const outside = hostile.replace(/^(`{3,})promql\n[\s\S]*?\n\1$/gm, '').replace(/(`+)[^\n]*?\1/g, '');
    expect(outside).not.toMatch(/<\/?script/);
    const tables = whole.split(/\n(?!\|)/).filter((block) => block.includes('| --- |'));
    expect(tables.length).toBeGreaterThan(8);
    for (const block of tables) {
      const rows = block.split('\n').filter((line) => line.startsWith('|'));
      expect(new Set(rows.map((line) => line.split(/(?<!\\)\|/).length)).size).toBe(1);
    }
  });
});
