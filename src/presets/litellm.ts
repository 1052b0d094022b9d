import { nativePreset } from './native-preset.js';
import { errorRate, meanMs, meanMsOver, p95Ms, providerFields, requestRate, sumRate, usedKeys } from './promql-text.js';

const requests = { name: 'litellm_proxy_total_requests_metric_total' };
// LiteLLM's own refusals have no provider, or the text "None".
const provider = 'api_provider!~"None|"';
const attempts = { name: 'litellm_deployment_total_requests_total', matchers: provider };
const failures = { name: 'litellm_deployment_failure_responses_total', matchers: provider };
// From error rates: litellm_deployment_state stays at 2 after a cooldown.
const byProvider = errorRate(sumRate(failures, 'api_provider'), attempts, 'api_provider');
const tokens = 'sum(litellm_total_tokens_metric_total) or sum(litellm_total_tokens_total)';
const spend = 'sum(litellm_spend_metric_total)';
const latency = { name: 'litellm_llm_api_latency_metric' };

/** Remaining share of a budget; +Inf stands for no budget. Joined by ids only: other labels differ. */
const left = (kind: string, by: string): string =>
  `max by (${by}) (litellm_remaining_${kind}_budget_metric < +Inf) / on (${by}) (max by (${by}) (litellm_${kind}_max_budget_metric) > 0)`;
const budgets = [left('team', 'team'), left('api_key', 'hashed_api_key'), left('org', 'org_id')].join(' or ');
const maxBudgets = 'count({__name__=~"litellm_(?:team|api_key|org)_max_budget_metric"})';

export const litellm = nativePreset({
  name: 'litellm',
  title: 'LiteLLM',
  signatures: ['litellm_'],
  modelLabel: 'model',
  ranking: 'litellm_proxy_total_requests_metric_total',
  fields: {
    'http.total_requests': 'sum(litellm_proxy_total_requests_metric_total)',
    'http.request_rate_per_minute': requestRate(requests),
    'http.error_rate': `100 * ${errorRate(
      `${sumRate({ ...requests, matchers: 'status_code=~"5.."' })} or ${sumRate({
        name: 'litellm_proxy_failed_requests_metric_total',
        matchers: 'exception_status=~"5.."',
      })}`,
      requests,
    )}`,
    'http.avg_latency_ms': meanMs({ name: 'litellm_request_total_latency_metric' }),
    // The scrape of each instance is in flight too.
    'http.in_progress': 'clamp_min(sum(litellm_in_flight_requests) - count(litellm_in_flight_requests), 0)',
    'models.total_inference_requests': `sum(${attempts.name}{${provider}}) or sum(${attempts.name})`,
    'models.tokens_used_total': tokens,
    'models.credits_used_total': spend,
    'models.avg_inference_latency_ms': meanMs(latency),
    'providers.total_providers': `count(count by (api_provider) (${attempts.name}{${provider}}))`,
    ...providerFields(byProvider, attempts.name),
    'providers.avg_response_time_ms': `${meanMsOver('api_provider', { ...latency, matchers: provider })} or ${meanMs(latency)}`,
    'database.total_queries': 'sum(litellm_postgres_total_requests_total)',
    'database.avg_query_latency_ms': meanMs({ name: 'litellm_postgres_latency' }),
    'database.cache_hit_rate': `${sumRate({ name: 'litellm_cache_hits_metric_total' })} / (${sumRate({
      ...requests,
      matchers: 'status_code=~"2.."',
    })} > 0)`,
    'business.active_api_keys': usedKeys('hashed_api_key', {
      ...requests,
      matchers: 'hashed_api_key!~"None|litellm_proxy_master_key|"',
    }),
    'business.total_tokens_used': tokens,
    'business.total_credits_used': spend,
    'latency.http_p95_ms': p95Ms({ name: 'litellm_request_total_latency_metric' }),
    'latency.inference_p95_ms': p95Ms(latency),
    'latency.first_token_p95_ms': p95Ms({ name: 'litellm_llm_api_time_to_first_token_metric' }),
    'latency.queue_ms': meanMs({ name: 'litellm_request_queue_time_seconds' }),
    'budget.lowest_remaining_ratio': `min(${budgets})`,
    'budget.exhausted': `count((${budgets}) <= 0) or 0 * ${maxBudgets}`,
  },
  families: [
    {
      endpoint: 'system',
      name: 'litellm_proxy_total_requests_metric_total',
      type: 'counter',
      help: 'Total number of LLM requests to the proxy, by status code.',
      labels: ['status_code'],
    },
    {
      endpoint: 'system',
      name: 'litellm_proxy_failed_requests_metric_total',
      type: 'counter',
      help: 'Total number of failed requests to the proxy, by cause.',
      labels: ['exception_status', 'exception_class'],
    },
    {
      endpoint: 'performance',
      name: 'litellm_request_total_latency_metric',
      type: 'histogram',
      help: 'Duration of successful requests in seconds.',
      labels: [],
    },
    {
      endpoint: 'performance',
      name: 'litellm_llm_api_time_to_first_token_metric',
      type: 'histogram',
      help: 'Time to the first token of streamed responses in seconds.',
      labels: [],
    },
    {
      endpoint: 'performance',
      name: 'litellm_cache_hits_metric_total',
      type: 'counter',
      help: 'Total number of cache hits.',
      labels: [],
    },
    {
      endpoint: 'providers',
      name: 'litellm_deployment_total_requests_total',
      type: 'counter',
      help: 'Total number of attempts, by provider.',
      labels: ['api_provider'],
      promql: `sum by (api_provider) (${attempts.name}{${provider}})`,
    },
    {
      endpoint: 'providers',
      name: 'litellm_deployment_failure_responses_total',
      type: 'counter',
      help: 'Total number of failed attempts, by provider.',
      labels: ['api_provider'],
      promql: `sum by (api_provider) (${failures.name}{${provider}})`,
    },
    {
      endpoint: 'providers',
      name: 'litellm_deployment_cooled_down_total',
      type: 'counter',
      help: 'Total number of cooldowns, by provider.',
      labels: ['api_provider'],
    },
    {
      endpoint: 'models',
      name: 'litellm_llm_api_latency_metric',
      type: 'histogram',
      help: 'Duration of successful provider calls in seconds, by model.',
      labels: ['model'],
    },
    {
      endpoint: 'models',
      name: 'litellm_input_tokens_metric_total',
      type: 'counter',
      help: 'Total number of input tokens, by model. Cached tokens are a part of them.',
      labels: ['model'],
    },
    {
      endpoint: 'models',
      name: 'litellm_output_tokens_metric_total',
      type: 'counter',
      help: 'Total number of output tokens, by model. Reasoning tokens are a part of them.',
      labels: ['model'],
    },
    {
      endpoint: 'models',
      name: 'litellm_spend_metric_total',
      type: 'counter',
      help: 'Total spend in US dollars, by model.',
      labels: ['model'],
    },
    {
      endpoint: 'business',
      name: 'litellm_remaining_team_budget_metric',
      type: 'gauge',
      help: 'Remaining budget in US dollars, by team; teams without a budget are left out.',
      labels: ['team'],
      promql: 'max by (team) (litellm_remaining_team_budget_metric < +Inf)',
    },
    {
      endpoint: 'business',
      name: 'litellm_team_max_budget_metric',
      type: 'gauge',
      help: 'Budget in US dollars, by team; teams without a budget are left out.',
      labels: ['team'],
      promql: 'max by (team) (litellm_team_max_budget_metric < +Inf)',
    },
  ],
});
