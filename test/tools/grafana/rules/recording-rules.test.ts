import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { recordedBlocks } from '../../../../src/catalogue/recorded-blocks.js';
import { gatewayzCatalogue } from '../../../../src/presets/presets.js';
import { addMatchers } from '../../../../src/promql/add-matchers.js';
import { parseMarker, parseMatchers } from '../../../../src/promql/matchers.js';
import { recordingGroup, ruleFile } from '../../../../src/tools/grafana/rules/prometheus-rules.js';
import { recordingRules } from '../../../../src/tools/grafana/rules/recording-rules.js';
import { checkRules, testRules } from '../../../support/promtool.js';

const marker = parseMarker('reexported_by="gatewayz-metrics"');
const rulesFor = (selector: string, metricPrefix = '') =>
  recordingRules({
    definition: gatewayzCatalogue,
    scope: { selector: parseMatchers(selector), marker },
    serviceSelector: [],
    metricPrefix,
  });

describe('the recording rules', () => {
  it('are one group of rates, named for the labels that they keep', async () => {
    const text = readFileSync(
      new URL('../../../../deploy/prometheus/rules/gatewayz-recording.yml', import.meta.url),
      'utf8',
    );
    const { groups } = parse(text) as { groups: { rules: { record: string; expr: string }[] }[] };
    expect(groups).toHaveLength(1);
    expect(groups[0]?.rules.map(({ record }) => record)).toEqual([
      'job_provider_status:model_inference_requests:rate5m',
      'job_provider:model_inference_duration_seconds_sum:rate5m',
      'job_provider:model_inference_duration_seconds_count:rate5m',
      'job_le:model_inference_duration_seconds_bucket:rate5m',
      'job_provider:provider_response_duration_seconds_sum:rate5m',
      'job_provider:provider_response_duration_seconds_count:rate5m',
      'job:fastapi_requests:rate1m',
      'job_status_code:fastapi_requests:rate5m',
      'job:fastapi_requests_duration_seconds_sum:rate5m',
      'job:fastapi_requests_duration_seconds_count:rate5m',
      'job_le:fastapi_requests_duration_seconds_bucket:rate5m',
    ]);
    for (const { expr } of groups[0]?.rules ?? []) expect(expr).toMatch(/^sum by \([^)]+\) \(rate\(/);
    const { code, output } = await checkRules(text);
    expect(output).toContain('SUCCESS: 11 rules found');
    expect(code).toBe(0);
  });

  it('keep every label of the base selector, each once, and carry it with the marker and the prefix', () => {
    const [first] = rulesFor('env=~"production|staging",region!="eu",env!="dev"', 'llm_');
    expect(first).toEqual({
      record: 'env_region_provider_status:llm_model_inference_requests:rate5m',
      expr: 'sum by (env, region, provider, status) (rate(llm_model_inference_requests_total{provider!="",status!="",env=~"production|staging",region!="eu",env!="dev",reexported_by!="gatewayz-metrics"}[5m]))',
    });
    const [byProvider] = rulesFor('provider!="internal"');
    expect(byProvider?.record).toBe('provider_status:model_inference_requests:rate5m');
  });

  it('aggregate what they hold to exactly what their blocks give, apart for each environment, and leave out our own', async () => {
    const series: Record<string, string> = {};
    const scales: Record<string, number> = { 'env="production"': 1, 'env="staging"': 3 };
    for (const [env, scale] of Object.entries(scales)) {
      for (const model of ['a', 'b']) {
        const labels = `${env},provider="oak",model="${model}",path="/${model}"`;
        const counted = `0+${30 * scale}x40`;
        series[`model_inference_requests_total{${labels},status="success"}`] = counted;
        series[`fastapi_requests_total{${labels},status_code="200"}`] = counted;
        for (const name of ['model_inference', 'provider_response', 'fastapi_requests']) {
          series[`${name}_duration_seconds_sum{${labels}}`] = `0+${15 * scale}x40`;
          series[`${name}_duration_seconds_count{${labels}}`] = counted;
          series[`${name}_duration_seconds_bucket{${labels},le="1"}`] = counted;
        }
      }
    }
    const own = 'env="production",provider="oak",status="success",reexported_by="gatewayz-metrics"';
    series[`model_inference_requests_total{${own}}`] = '0+9000x40';

    const production = 'env="production",reexported_by!="gatewayz-metrics"';
    const selector = 'env=~"production|staging"';
    const rules = rulesFor(selector);
    const recorded = recordedBlocks(gatewayzCatalogue.recordedBlocks, parseMatchers(selector));
    expect(recorded).toHaveLength(rules.length);
    const checks = recorded.flatMap(({ record, block, replacement }) => {
      const value = record.includes('_sum') ? 1 : 2;
      return [block, replacement].map((promql) => ({
        expr: `sum(${addMatchers(promql, [production])})`,
        eval_time: '15m',
        exp_samples: [{ labels: '{}', value }],
      }));
    });
    const test = {
      rule_files: ['recording.yml'],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '30s',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: checks,
        },
      ],
    };
    const { code, output } = await testRules(stringify(test), { 'recording.yml': ruleFile([recordingGroup(rules)]) });
    expect(output).toContain('SUCCESS');
    expect(code).toBe(0);
  });
});
