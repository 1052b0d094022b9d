import { nativePreset } from './native-preset.js';
import { errorRate, meanMs, p95Ms, requestRate, sumRate } from './promql-text.js';

// The router of production-stack repeats the engines' metrics with a label `server`.
const engine = 'server=""';
const http = { name: 'http_requests_total' };
const finished = { name: 'vllm:request_success_total', matchers: engine };
const histogram = (name: string) => ({ name: `vllm:${name}`, matchers: engine });
const total = (name: string): string => `sum(vllm:${name}{${engine}})`;
const hitRate = (hits: string, queries: string): string =>
  `${sumRate({ name: hits, matchers: engine })} / (${sumRate({ name: queries, matchers: engine })} > 0)`;
const tokens = `${total('prompt_tokens_total')} + ${total('generation_tokens_total')}`;
const router = { name: 'vllm:request_latency_seconds' };

export const vllm = nativePreset({
  name: 'vllm',
  title: 'vLLM',
  signatures: ['vllm:', 'vllm_', 'ray_vllm:', 'ray_vllm_'],
  spellings: { prefix: 'vllm:', others: ['vllm_', 'ray_vllm:', 'ray_vllm_'] },
  modelLabel: 'model_name',
  ranking: `vllm:request_success_total{${engine}}`,
  needsJob: [
    'http.total_requests',
    'http.request_rate_per_minute',
    'http.error_rate',
    'http.avg_latency_ms',
    'providers.total_providers',
    'providers.healthy_providers',
    'providers.unavailable_providers',
  ],
  fields: {
    'http.total_requests': 'sum(http_requests_total)',
    'http.request_rate_per_minute': requestRate(http),
    'http.error_rate': `100 * ${errorRate(sumRate({ ...http, matchers: 'status="5xx"' }), http)} or 100 * ${errorRate(
      sumRate({ ...finished, matchers: `${engine},finished_reason="error"` }),
      finished,
    )}`,
    'http.avg_latency_ms': meanMs({ name: 'http_request_duration_seconds' }),
    'http.in_progress': `${total('num_requests_running')} + ${total('num_requests_waiting')}`,
    'models.total_inference_requests': total('request_success_total'),
    'models.tokens_used_total': tokens,
    'models.avg_inference_latency_ms': meanMs(histogram('e2e_request_latency_seconds')),
    // An engine is a provider.
    'providers.total_providers': 'count(up)',
    'providers.healthy_providers': 'sum(up)',
    'providers.unavailable_providers': 'count(up == 0) or 0 * count(up)',
    'providers.avg_error_rate': `avg(${errorRate(sumRate({ name: 'vllm:request_errors_total' }, 'server'), router, 'server', '_count')})`,
    'providers.avg_response_time_ms': `1000 * avg(${sumRate(router, 'server', '_sum')} / (${sumRate(router, 'server', '_count')} > 0))`,
    'database.cache_hit_rate': [
      hitRate('vllm:prefix_cache_hits_total', 'vllm:prefix_cache_queries_total'),
      hitRate('vllm:gpu_prefix_cache_hits_total', 'vllm:gpu_prefix_cache_queries_total'),
    ].join(' or '),
    'business.total_tokens_used': tokens,
    'latency.inference_p95_ms': p95Ms(histogram('e2e_request_latency_seconds')),
    'latency.first_token_p95_ms': p95Ms(histogram('time_to_first_token_seconds')),
    'latency.inter_token_p95_ms': `${p95Ms(histogram('inter_token_latency_seconds'))} or ${p95Ms(histogram('time_per_output_token_seconds'))}`,
    'latency.queue_ms': meanMs(histogram('request_queue_time_seconds')),
    'engine.requests_running': total('num_requests_running'),
    'engine.requests_waiting': total('num_requests_waiting'),
    // One process of several reports the usage; the others report 0.
    'engine.kv_cache_usage': `max(vllm:kv_cache_usage_perc{${engine}}) or max(vllm:gpu_cache_usage_perc{${engine}})`,
  },
  families: [
    {
      endpoint: 'models',
      name: 'vllm:request_success_total',
      type: 'counter',
      help: 'Total number of finished requests, by model and reason.',
      labels: ['model_name', 'finished_reason'],
      promql: `sum by (model_name, finished_reason) (vllm:request_success_total{${engine}})`,
    },
    {
      endpoint: 'models',
      name: 'vllm:prompt_tokens_total',
      type: 'counter',
      help: 'Total number of prompt tokens, by model.',
      labels: ['model_name'],
      promql: `sum by (model_name) (vllm:prompt_tokens_total{${engine}})`,
    },
    {
      endpoint: 'models',
      name: 'vllm:generation_tokens_total',
      type: 'counter',
      help: 'Total number of generated tokens, by model.',
      labels: ['model_name'],
      promql: `sum by (model_name) (vllm:generation_tokens_total{${engine}})`,
    },
    {
      endpoint: 'performance',
      name: 'vllm:num_requests_running',
      type: 'gauge',
      help: 'Current number of requests being computed.',
      labels: [],
      promql: total('num_requests_running'),
    },
    {
      endpoint: 'performance',
      name: 'vllm:num_requests_waiting',
      type: 'gauge',
      help: 'Current number of requests in the queue.',
      labels: [],
      promql: total('num_requests_waiting'),
    },
  ],
});
