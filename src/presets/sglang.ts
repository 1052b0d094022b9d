import { nativePreset } from './native-preset.js';
import { meanMs, meanMsOver, p95Ms, sumRate } from './promql-text.js';

const histogram = (name: string) => ({ name: `sglang:${name}` });
// Every tensor-parallel rank can repeat the number of its engine.
const perEngine = (name: string): string => `sum(max by (instance, model_name, engine_type, dp_rank) (sglang:${name}))`;
const tokens = 'sum(sglang:prompt_tokens_total) + sum(sglang:generation_tokens_total)';

export const sglang = nativePreset({
  name: 'sglang',
  title: 'SGLang',
  signatures: ['sglang:', 'sglang_'],
  spellings: { prefix: 'sglang:', others: ['sglang_'] },
  modelLabel: 'model_name',
  ranking: 'sglang:num_requests_total',
  needsJob: ['providers.total_providers', 'providers.healthy_providers', 'providers.unavailable_providers'],
  fields: {
    'http.in_progress': `${perEngine('num_running_reqs')} + ${perEngine('num_queue_reqs')}`,
    'models.total_inference_requests':
      'sum(sglang:num_requests_total) or sum(sglang:e2e_request_latency_seconds_count)',
    'models.tokens_used_total': tokens,
    'models.avg_inference_latency_ms': meanMs(histogram('e2e_request_latency_seconds')),
    // An engine is a provider.
    'providers.total_providers': 'count(up)',
    'providers.healthy_providers': 'sum(up)',
    'providers.unavailable_providers': 'count(up == 0) or 0 * count(up)',
    'providers.avg_response_time_ms': meanMsOver('model_name', histogram('e2e_request_latency_seconds')),
    // The source `total` is the sum of the others.
    'database.cache_hit_rate': `${sumRate({ name: 'sglang:cached_tokens_total', matchers: 'cache_source=~"total|"' })} / (${sumRate(
      { name: 'sglang:prompt_tokens_total' },
    )} > 0) or avg(sglang:cache_hit_rate)`,
    'business.total_tokens_used': tokens,
    'latency.inference_p95_ms': p95Ms(histogram('e2e_request_latency_seconds')),
    'latency.first_token_p95_ms': p95Ms(histogram('time_to_first_token_seconds')),
    'latency.inter_token_p95_ms': `${p95Ms(histogram('inter_token_latency_seconds'))} or ${p95Ms(histogram('time_per_output_token_seconds'))}`,
    'latency.queue_ms': meanMs(histogram('queue_time_seconds')),
    'engine.requests_running': perEngine('num_running_reqs'),
    'engine.requests_waiting': perEngine('num_queue_reqs'),
    'engine.kv_cache_usage': 'max(sglang:token_usage)',
  },
  families: [
    {
      endpoint: 'models',
      name: 'sglang:num_requests_total',
      type: 'counter',
      help: 'Total number of requests, by model.',
      labels: ['model_name'],
    },
    {
      endpoint: 'models',
      name: 'sglang:prompt_tokens_total',
      type: 'counter',
      help: 'Total number of prompt tokens, by model.',
      labels: ['model_name'],
    },
    {
      endpoint: 'models',
      name: 'sglang:generation_tokens_total',
      type: 'counter',
      help: 'Total number of generated tokens, by model.',
      labels: ['model_name'],
    },
    {
      endpoint: 'performance',
      name: 'sglang:token_usage',
      type: 'gauge',
      help: 'Highest KV cache usage by model, 0 to 1.',
      labels: ['model_name'],
      promql: 'max by (model_name) (sglang:token_usage)',
    },
  ],
});
