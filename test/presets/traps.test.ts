import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCatalogue } from '../../src/catalogue/create-catalogue.js';
import { createPrometheusCollector } from '../../src/collector/prometheus-collector.js';
import type { Collection } from '../../src/model.js';
import { presetCatalogue, presets } from '../../src/presets/presets.js';
import { createPrometheusClient, type PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import { parseMatchers } from '../../src/promql/matchers.js';
import { instant, type Scenario, seedScenarios } from '../catalogue/scenarios/scenario.js';
import { startTestPrometheus, type TestPrometheus } from '../support/prometheus.js';

/** An hour of samples, one a minute. */
const every = 60;
const histogram = (name: string, labels: string, count: string, sum: string): Record<string, string> => ({
  [`${name}_bucket{${labels}${labels && ','}le="1"}`]: count,
  [`${name}_bucket{${labels}${labels && ','}le="+Inf"}`]: count,
  [`${name}_sum${labels && `{${labels}}`}`]: sum,
  [`${name}_count${labels && `{${labels}}`}`]: count,
});

interface Trap {
  readonly preset: string;
  readonly says: string;
  readonly series: Readonly<Record<string, string>>;
  /** By field: the value, or the code of the reason for having none. */
  readonly fields: Readonly<Record<string, number | string>>;
}

const requests = 'litellm_proxy_total_requests_metric_total';
const attempts = 'litellm_deployment_total_requests_total';
const failures = 'litellm_deployment_failure_responses_total';

const traps: readonly Trap[] = [
  {
    preset: 'litellm',
    says: 'a latched deployment state, refusals without a provider, client errors and the master key',
    series: {
      [`${requests}{status_code="200",hashed_api_key="a"}`]: '0+54x60',
      [`${requests}{status_code="500",hashed_api_key="b"}`]: '0+6x60',
      [`${requests}{status_code="429",hashed_api_key="litellm_proxy_master_key"}`]: '0+60x60',
      [`${attempts}{api_provider="openai"}`]: '0+100x60',
      [`${attempts}{api_provider="azure"}`]: '0+100x60',
      [`${attempts}{api_provider="None"}`]: '0+50x60',
      [`${failures}{api_provider="azure"}`]: '0+10x60',
      [`${failures}{api_provider="None"}`]: '0+50x60',
      'litellm_deployment_state{api_provider="openai",model_id="1"}': '2x60',
      litellm_in_flight_requests: '3x60',
      'litellm_total_tokens_metric_total{model="m"}': '0+10x60',
      'litellm_input_tokens_metric_total{model="m"}': '0+7x60',
      'litellm_cached_tokens_metric_total{model="m"}': '0+5x60',
      'litellm_spend_metric_total{model="m"}': '0+0.5x60',
      'litellm_spend_metric_created{model="m"}': '1700000000x60',
    },
    fields: {
      'http.request_rate_per_minute': 120,
      'http.error_rate': 5,
      'http.in_progress': 2,
      'models.total_inference_requests': 12_000,
      'models.tokens_used_total': 600,
      'models.credits_used_total': 30,
      'providers.total_providers': 2,
      'providers.healthy_providers': 1,
      'providers.degraded_providers': 1,
      'providers.unavailable_providers': 0,
      'providers.avg_error_rate': 0.05,
      'business.active_api_keys': 2,
      'database.total_queries': 'no_series',
      'database.cache_hit_rate': 'unusable_value',
    },
  },
  {
    preset: 'litellm',
    says: 'budgets without a limit, of two workers, and one that is used up',
    series: {
      'litellm_remaining_team_budget_metric{team="a",pid="1"}': '25x60',
      'litellm_remaining_team_budget_metric{team="a",pid="2"}': '24x60',
      'litellm_team_max_budget_metric{team="a",pid="1"}': '100x60',
      'litellm_remaining_team_budget_metric{team="b",team_alias=""}': '0x60',
      'litellm_team_max_budget_metric{team="b",team_alias="None"}': '50x60',
      'litellm_remaining_team_budget_metric{team="c"}': '+Inf +Inf',
      'litellm_team_max_budget_metric{team="c"}': '+Inf +Inf',
    },
    fields: { 'budget.lowest_remaining_ratio': 0, 'budget.exhausted': 1 },
  },
  {
    preset: 'litellm',
    says: 'a key whose only request was in the last hour',
    series: { [`${requests}{status_code="200",hashed_api_key="new"}`]: '1x20' },
    fields: { 'business.active_api_keys': 1 },
  },
  {
    preset: 'vllm',
    says: 'a router that repeats the engines, and gauges of stale processes',
    series: {
      'vllm:num_requests_running{model_name="m"}': '4x60',
      'vllm:num_requests_waiting{model_name="m"}': '2x60',
      'vllm:num_requests_running{server="http://engine"}': '4x60',
      'vllm:num_requests_waiting{server="http://engine"}': '2x60',
      'vllm:prompt_tokens_total{model_name="m"}': '0+10x60',
      'vllm:generation_tokens_total{model_name="m"}': '0+5x60',
      'vllm:kv_cache_usage_perc{model_name="m",pid="1"}': '0.65x60',
      'vllm:kv_cache_usage_perc{model_name="m",pid="2"}': '0x60',
      'vllm:request_success_total{model_name="m",finished_reason="stop"}': '0+6x60',
      'http_requests_total{job="other"}': '0+1000x60',
    },
    fields: {
      'http.in_progress': 6,
      'models.tokens_used_total': 900,
      'engine.kv_cache_usage': 0.65,
      'models.total_inference_requests': 360,
      // Without a job, other programs' requests would count.
      'http.total_requests': 'needs_job',
      'providers.total_providers': 'needs_job',
    },
  },
  {
    preset: 'vllm',
    says: 'the spelling of Ray',
    series: {
      'ray_vllm_num_requests_running{model_name="m"}': '4x60',
      'ray_vllm_num_requests_waiting{model_name="m"}': '1x60',
      'ray_vllm_generation_tokens_total{model_name="m"}': '0+5x60',
      'ray_vllm_prompt_tokens_total{model_name="m"}': '0+5x60',
    },
    fields: { 'http.in_progress': 5, 'models.tokens_used_total': 600 },
  },
  {
    preset: 'sglang',
    says: 'the renamed prefix, every rank repeating its engine, and the source that is a total',
    series: {
      ...Object.fromEntries(
        ['0', '1', '2'].map((rank) => [
          `sglang_num_running_reqs{instance="a",model_name="m",engine_type="u",dp_rank="0",tp_rank="${rank}"}`,
          '5x60',
        ]),
      ),
      'sglang_num_queue_reqs{instance="a",model_name="m",engine_type="u",dp_rank="0"}': '2x60',
      'sglang_cached_tokens_total{cache_source="total"}': '0+30x60',
      'sglang_cached_tokens_total{cache_source="device"}': '0+20x60',
      'sglang_prompt_tokens_total{model_name="m"}': '0+60x60',
      'sglang_generation_tokens_total{model_name="m"}': '0+60x60',
    },
    fields: {
      'http.in_progress': 7,
      'database.cache_hit_rate': 0.5,
      'engine.requests_running': 5,
      'models.tokens_used_total': 7200,
    },
  },
  {
    preset: 'bifrost',
    says: 'callers’ errors, an idle provider whose last try failed, and embeddings only',
    series: {
      'bifrost_upstream_requests_total{provider="a",model="m",virtual_key_id="k"}': '0+60x60',
      'bifrost_upstream_requests_total{provider="b",model="m"}': '0+60x60',
      'bifrost_upstream_requests_total{provider="idle",model="m"}': '60x60',
      'bifrost_error_requests_total{provider="a",error_type="caller_bad_request"}': '0+30x60',
      'bifrost_error_requests_total{provider="b",error_type="provider_error"}': '0+36x60',
      'bifrost_provider_key_up{provider="idle"}': '0x60',
      'bifrost_input_tokens_total{provider="a",model="m"}': '0+60x60',
    },
    fields: {
      'providers.total_providers': 3,
      'providers.healthy_providers': 1,
      'providers.degraded_providers': 0,
      'providers.unavailable_providers': 1,
      'models.tokens_used_total': 3600,
      'business.active_api_keys': 1,
      'http.error_rate': 'needs_job',
    },
  },
  {
    preset: 'otel-genai',
    says: 'kinds of tokens that overlap, errors by type, and attempts by provider',
    series: {
      ...histogram('gen_ai_server_request_duration_seconds', 'gen_ai_provider_name="a"', '0+57x60', '0+57x60'),
      'gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="a",error_type="timeout"}': '0+3x60',
      'gen_ai_client_token_usage_sum{gen_ai_token_type="input"}': '0+60x60',
      'gen_ai_client_token_usage_sum{gen_ai_token_type="cached_input"}': '0+30x60',
      'gen_ai_client_token_usage_sum{gen_ai_token_type="output"}': '0+10x60',
    },
    fields: {
      'http.total_requests': 3600,
      'http.error_rate': 5,
      'models.tokens_used_total': 4200,
      'database.cache_hit_rate': 0.5,
      'providers.degraded_providers': 1,
      'providers.avg_error_rate': 0.05,
    },
  },
  {
    preset: 'otel-genai',
    says: 'agentgateway, whose seconds have no suffix',
    series: histogram('agentgateway_gen_ai_server_request_duration', 'gen_ai_system="a"', '0+60x60', '0+30x60'),
    fields: { 'http.total_requests': 3600, 'http.avg_latency_ms': 500, 'providers.total_providers': 1 },
  },
];

const scenarios = traps.map(
  ({ says, series }, index): Scenario => ({ name: `trap_${index}`, says, every, series, values: {} }),
);
const { signal } = new AbortController();
let prometheus: TestPrometheus;
let client: PrometheusClient;

beforeAll(async () => {
  prometheus = await startTestPrometheus({ series: seedScenarios(scenarios) });
  client = createPrometheusClient({
    prometheusUrl: prometheus.url,
    prometheusTimeout: 30_000,
    prometheusConnections: 4,
    prometheusMaxBody: 2 ** 24,
  });
});

afterAll(async () => {
  await client?.close();
  await prometheus?.close();
});

function collect({ preset }: Trap, index: number): Promise<Collection> {
  const definition = presetCatalogue(
    presets.filter(({ name }) => name === preset),
    false,
  );
  const selector = parseMatchers(`scenario="trap_${index}"`);
  const catalogue = createCatalogue(definition, { selector, marker: undefined });
  return createPrometheusCollector(client, catalogue, 20_000).collect(instant, [...catalogue.rows.keys()], signal);
}

describe.each(traps.map((trap, index) => [trap.preset, trap.says, trap, index] as const))(
  '%s: %s',
  (_preset, _says, trap, index) => {
    test('every field has its exact value, or its reason', async () => {
      const { outcomes } = await collect(trap, index);
      const found = Object.fromEntries(
        Object.keys(trap.fields).map((field) => {
          const outcome = outcomes.get(field);
          if (outcome?.state !== 'present') return [field, outcome?.cause?.code ?? outcome?.state];
          const [sample] = outcome.metrics;
          return [field, Number(Number(sample && 'value' in sample ? sample.value : Number.NaN).toFixed(6))];
        }),
      );
      expect(found).toEqual(trap.fields);
      expect([...outcomes.values()].filter(({ state }) => state === 'failed')).toEqual([]);
    });
  },
);
