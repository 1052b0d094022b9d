import { nativePreset } from './native-preset.js';
import { errorRate, meanMs, meanMsOver, p95Ms, providerFields, requestRate, sumRate, usedKeys } from './promql-text.js';

// The user interface and its polling are no traffic.
const http = { name: 'http_requests_total', matchers: 'path!~"/|/metrics|/health|/api/.*|/ui.*|/assets/.*"' };
const upstream = { name: 'bifrost_upstream_requests_total' };
// Errors of callers and of policies are not the provider's. bifrost_provider_key_up tells of the last try only.
const errors = { name: 'bifrost_error_requests_total', matchers: 'error_type!~"(?:caller|policy)_.*"' };
const byProvider = errorRate(sumRate(errors, 'provider'), upstream, 'provider');
const kind = (own: string, other: string): string => `(sum(${own}) or 0 * sum(${other}))`;
const input = 'bifrost_input_tokens_total';
const output = 'bifrost_output_tokens_total';
const tokens = `${kind(input, output)} + ${kind(output, input)}`;

export const bifrost = nativePreset({
  name: 'bifrost',
  title: 'Bifrost',
  signatures: ['bifrost_'],
  modelLabel: 'model',
  ranking: upstream.name,
  needsJob: ['http.total_requests', 'http.request_rate_per_minute', 'http.error_rate', 'http.avg_latency_ms'],
  fields: {
    'http.total_requests': `sum(${http.name}{${http.matchers}})`,
    'http.request_rate_per_minute': requestRate(http),
    'http.error_rate': `100 * ${errorRate(sumRate({ ...http, matchers: `${http.matchers},status=~"5.."` }), http)}`,
    'http.avg_latency_ms': meanMs({ ...http, name: 'http_request_duration_seconds' }),
    'http.in_progress': 'sum(bifrost_active_requests)',
    'models.total_inference_requests': `sum(${upstream.name})`,
    'models.tokens_used_total': tokens,
    'models.credits_used_total': 'sum(bifrost_cost_total)',
    'models.avg_inference_latency_ms': meanMs({ name: 'bifrost_upstream_latency_seconds' }),
    'providers.total_providers': `count(count by (provider) (${upstream.name}{provider!=""}))`,
    ...providerFields(byProvider, upstream.name),
    'providers.avg_response_time_ms': meanMsOver('provider', { name: 'bifrost_upstream_latency_seconds' }),
    'database.cache_hit_rate': errorRate(sumRate({ name: 'bifrost_cache_hits_total' }), upstream),
    'business.active_api_keys': usedKeys('virtual_key_id', { ...upstream, matchers: 'virtual_key_id!=""' }),
    'business.total_tokens_used': tokens,
    'business.total_credits_used': 'sum(bifrost_cost_total)',
    'latency.inference_p95_ms': p95Ms({ name: 'bifrost_upstream_latency_seconds' }),
    'latency.first_token_p95_ms': p95Ms({ name: 'bifrost_stream_first_token_latency_seconds' }),
    'latency.inter_token_p95_ms': p95Ms({ name: 'bifrost_stream_inter_token_latency_seconds' }),
  },
  families: [
    {
      endpoint: 'models',
      name: 'bifrost_upstream_requests_total',
      type: 'counter',
      help: 'Total number of provider requests, by provider and model.',
      labels: ['provider', 'model'],
    },
    {
      endpoint: 'models',
      name: 'bifrost_upstream_latency_seconds',
      type: 'histogram',
      help: 'Duration of provider requests in seconds, by provider and model.',
      labels: ['provider', 'model'],
    },
    {
      endpoint: 'models',
      name: 'bifrost_input_tokens_total',
      type: 'counter',
      help: 'Total number of input tokens, by provider and model.',
      labels: ['provider', 'model'],
    },
    {
      endpoint: 'models',
      name: 'bifrost_output_tokens_total',
      type: 'counter',
      help: 'Total number of output tokens, by provider and model.',
      labels: ['provider', 'model'],
    },
    {
      endpoint: 'models',
      name: 'bifrost_cost_total',
      type: 'counter',
      help: 'Total cost in US dollars, by provider and model.',
      labels: ['provider', 'model'],
    },
    {
      endpoint: 'providers',
      name: 'bifrost_error_requests_total',
      type: 'counter',
      help: 'Total number of failed requests, by provider and cause.',
      labels: ['provider', 'status_code', 'error_type'],
    },
    {
      endpoint: 'system',
      name: 'bifrost_active_requests',
      type: 'gauge',
      help: 'Current number of requests in progress.',
      labels: [],
    },
  ],
});
