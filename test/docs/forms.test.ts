import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { missingCodes } from '../../src/catalogue/missing-reasons.js';
import { documentationAs } from '../../src/documentation.js';
import { docsForm } from '../../src/http/negotiate.js';
import { createRoutes } from '../../src/http/routes.js';
import { litellm } from '../../src/presets/litellm.js';
import { gatewayzCatalogue, presetCatalogue } from '../../src/presets/presets.js';
import { parseMatchers } from '../../src/promql/matchers.js';
import { readSettings } from '../../src/settings/read-settings.js';

const settings = readSettings({ env: {} });
const marker = settings.metricsMarker;
const catalogue = createCatalogue(gatewayzCatalogue, { selector: parseMatchers('env="<b>&"'), marker });
const form = (name: Parameters<typeof documentationAs>[0], of = catalogue) =>
  documentationAs(name, of, settings, { tokens_used_total: 3 });

interface Described {
  readonly presets: readonly string[];
  readonly selector: string;
  readonly endpoints: readonly { readonly path: string }[];
  readonly fields: readonly { readonly id: string; readonly row: string }[];
  readonly not_exported: readonly { readonly id: string; readonly gateway: string }[];
  readonly families: readonly { readonly endpoint: string; readonly name: string; readonly row: string }[];
  readonly rows: Readonly<Record<string, { readonly promql: Readonly<Record<string, string>> }>>;
  readonly missing_codes: Readonly<Record<string, string>>;
  readonly series_over_limit: Readonly<Record<string, number>>;
}

describe('the documentation as JSON', () => {
  const described = JSON.parse(String(form('json'))) as Described;

  test('has every endpoint, field, family and row with its PromQL in scope', () => {
    expect(described.endpoints.map(({ path }) => path)).toEqual(
      createRoutes(catalogue.endpoints).map(({ path }) => `/prometheus/metrics${path}`),
    );
    expect(described.fields.map(({ id }) => id)).toEqual(catalogue.fields.map((one) => `${one.section}.${one.field}`));
    for (const { row } of described.families) expect(described.rows[row]?.promql).toBeDefined();
    expect(described.rows['http.total_requests']?.promql['value']).toBe(
      catalogue.rows.get('http.total_requests')?.promql['value'],
    );
    expect(described.selector).toBe('{env="<b>&"}');
    expect(Object.keys(described.missing_codes)).toEqual(Object.keys(missingCodes));
    expect(described.series_over_limit).toEqual({ tokens_used_total: 3 });
  });

  test('names the presets, and the fields that their gateways do not export', () => {
    const other = createCatalogue(presetCatalogue([litellm], false), { selector: [], marker });
    const { presets, not_exported } = JSON.parse(String(form('json', other))) as Described;
    expect(presets).toEqual(['litellm']);
    expect(not_exported).toContainEqual({ id: 'business.active_trials', gateway: 'LiteLLM' });
  });
});

describe('the documentation as HTML', () => {
  test('is a page with tables and code, in which nothing of the settings is a tag', async () => {
    const html = await form('html');
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).toContain('<h2>Fields of /summary</h2>');
    expect(html).toContain('<code>http.total_requests</code>');
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).not.toContain('\\_');
  });
});

describe('the description as OpenAPI', () => {
  const document = JSON.parse(String(form('openapi'))) as {
    readonly openapi: string;
    readonly info: { readonly version: string };
    readonly paths: Readonly<Record<string, { readonly get: { readonly operationId: string } }>>;
  };

  test('has every path once, each with an operation of its own', () => {
    const paths = createRoutes(catalogue.endpoints).map(({ path }) => `/prometheus/metrics${path}`);
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(Object.keys(document.paths)).toEqual(paths);
    const operations = Object.values(document.paths).map(({ get }) => get.operationId);
    expect(new Set(operations).size).toBe(operations.length);
  });

  test('has every field of the summary in its schema', () => {
    const text = JSON.stringify(document.paths['/prometheus/metrics/summary']);
    for (const { field } of catalogue.fields) expect(text).toContain(`"${field}":`);
  });
});

describe('the form of /docs', () => {
  test.each([
    ['', 'markdown'],
    ['*/*', 'markdown'],
    ['text/markdown', 'markdown'],
    ['application/json', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['text/html;q=0.5, application/json', 'json'],
    ['text/html;q=0', 'markdown'],
    ['text/markdown, text/html;q=0.9', 'markdown'],
  ])('for Accept: %j is %s', (accept, expected) => {
    expect(docsForm(accept)).toBe(expected);
  });
});
