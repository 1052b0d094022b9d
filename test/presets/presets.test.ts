import { describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { precompiledCatalogue } from '../../src/catalogue/precompiled-catalogue.js';
import { gatewayz } from '../../src/presets/gatewayz/preset.js';
import { litellm } from '../../src/presets/litellm.js';
import { detectPresets, presetCatalogue, presets } from '../../src/presets/presets.js';
import { vllm } from '../../src/presets/vllm.js';
import { parseMatchers } from '../../src/promql/matchers.js';
import { readSettings } from '../../src/settings/read-settings.js';

const marker = { label: 'reexported_by', value: 'gatewayz-metrics' };
const scope = { selector: parseMatchers('job="gateway"'), marker };
const contract = gatewayz.fields.map(({ section, field }) => `${section}.${field}`);

describe.each(presets.map((preset) => [preset.name, preset] as const))('the preset %s', (name, preset) => {
  test('compiles, and is plain data that needs no parser a second time', () => {
    const definition = presetCatalogue([preset], true);
    const { queries, rows } = createCatalogue(definition, scope);
    const again = precompiledCatalogue(structuredClone(definition), scope, structuredClone(queries));
    expect([...again.rows.keys()]).toEqual([...rows.keys()]);
  });

  test('has every field of the contract, or says that its gateway does not export it', () => {
    const exported = preset.fields.filter(({ extra }) => !extra).map(({ section, field }) => `${section}.${field}`);
    const notExported = preset.notExported.map(({ section, field }) => `${section}.${field}`);
    expect([...exported, ...notExported].sort()).toEqual([...contract].sort());
  });

  test('can be chosen by its name', () => {
    expect(readSettings({ env: {}, metricsPreset: name }).metricsPreset).toEqual([name]);
  });

  test('is recognised by the names of its metrics, and no other is', () => {
    const { rows } = createCatalogue(presetCatalogue([preset], false), { selector: [], marker });
    const generic = (metric: string): boolean => /^(?:http_|up$|agentgateway_requests)/.test(metric);
    const names = [...rows.values()].flatMap(({ metrics }) => metrics).filter((metric) => !generic(metric));
    expect(detectPresets(names).map((one) => one.name)).toContain(name);
    for (const other of presets.filter((one) => one !== preset)) {
      expect(detectPresets(names)).not.toContain(other);
    }
  });
});

describe('a list of presets', () => {
  test('has the union of families, and each field once, from the first preset that has it', () => {
    const catalogue = createCatalogue(presetCatalogue([litellm, vllm], false), scope);
    expect(catalogue.presets).toEqual(['litellm', 'vllm']);
    const names = catalogue.families['all']!.map(({ name }) => name);
    expect(names).toContain('litellm_spend_metric_total');
    expect(names).toContain('vllm:generation_tokens_total');
    const fields = catalogue.fields.map(({ section, field }) => `${section}.${field}`);
    expect(new Set(fields).size).toBe(fields.length);
    expect(catalogue.rows.get('http.total_requests')!.metrics).toEqual(['litellm_proxy_total_requests_metric_total']);
    expect(fields).toContain('engine.kv_cache_usage');
    expect(catalogue.notExported.map(({ field }) => field)).toEqual(['active_subscriptions', 'active_trials']);
  });

  test('names gateways that exist, each once', () => {
    const read = (metricsPreset: string) => () => readSettings({ env: {}, metricsPreset });
    expect(read('litellm, vLLM')().metricsPreset).toEqual(['litellm', 'vllm']);
    expect(read('litelm')).toThrow('did you mean litellm?');
    expect(read('vllm,vllm')).toThrow('expected a list of different words');
    expect(readSettings({ env: { METRICS_PRESET: '' } }).metricsPreset).toEqual(['gatewayz']);
  });
});
