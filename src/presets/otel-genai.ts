import { nativePreset } from './native-preset.js';
import { errorRate, meanMs, meanMsOver, p95Ms, providerFields, sumRate } from './promql-text.js';

// Dialects in order of precedence: servers, agentgateway, clients. The first that exists is shown whole.
const server = { name: 'gen_ai_server_request_duration_seconds' };
const agent = { name: 'agentgateway_gen_ai_server_request_duration' };
const client = { name: 'gen_ai_client_operation_duration_seconds' };
const agentRequests = { name: 'agentgateway_requests_total' };
const count = (series: { readonly name: string }, matchers = '') => ({ name: `${series.name}_count`, matchers });
const firstOf = (...texts: readonly string[]): string => texts.join(' or ');
const requests = firstOf(...[server, agent, client].map(({ name }) => `sum(${name}_count)`));
const means = firstOf(...[server, agent, client].map(meanMs));
const providerLabel = 'gen_ai_provider_name';
const byProvider = errorRate(sumRate(count(server, 'error_type!=""'), providerLabel), server, providerLabel, '_count');
// Cached and reasoning tokens are parts of input and output.
const tokens = firstOf(
  ...[
    'gen_ai_client_token_usage_sum',
    'agentgateway_gen_ai_client_token_usage_sum',
    'gen_ai_client_token_usage_tokens_sum',
    'gen_ai_client_token_usage_token_sum',
  ].map((name) => `sum(${name}{gen_ai_token_type=~"input|output"})`),
  'sum(gen_ai_client_inference_usage_input_tokens_total) + sum(gen_ai_client_inference_usage_output_tokens_total)',
);
const cost = firstOf('sum(agentgateway_gen_ai_client_cost_usd_total)', 'sum(gen_ai_usage_cost_USD_sum)');
const rateOf = (series: { readonly name: string }): string =>
  `sum(rate(${series.name}_count[1m]) or rate(${series.name}_count[5m]))`;

export const otelGenai = nativePreset({
  name: 'otel-genai',
  title: 'OpenTelemetry GenAI',
  signatures: ['gen_ai_', 'agentgateway_gen_ai_'],
  modelLabel: 'gen_ai_request_model',
  ranking: 'gen_ai_server_request_duration_seconds_count',
  fields: {
    'http.total_requests': requests,
    'http.request_rate_per_minute': `60 * (${firstOf(...[server, agent, client].map(rateOf))})`,
    'http.error_rate': firstOf(
      `100 * ${errorRate(sumRate(count(server, 'error_type!=""')), server, '', '_count')}`,
      `100 * ${errorRate(sumRate({ ...agentRequests, matchers: 'status=~"5.."' }), agentRequests)}`,
      `100 * ${errorRate(
        firstOf(sumRate(count(client, 'error_type!=""')), sumRate(count(client, 'error!~"none|"'))),
        client,
        '',
        '_count',
      )}`,
    ),
    'http.avg_latency_ms': means,
    'models.total_inference_requests': requests,
    'models.tokens_used_total': tokens,
    'models.credits_used_total': cost,
    'models.avg_inference_latency_ms': means,
    'providers.total_providers': firstOf(
      `count(count by (${providerLabel}) (${server.name}_count))`,
      `count(count by (gen_ai_system) (${agent.name}_count))`,
      `count(count by (${providerLabel}) (${client.name}_count))`,
    ),
    ...providerFields(byProvider, `${server.name}_count`),
    'providers.avg_response_time_ms': firstOf(
      meanMsOver(providerLabel, server),
      meanMsOver('gen_ai_system', agent),
      meanMsOver(providerLabel, client),
    ),
    'database.cache_hit_rate': `${sumRate({ name: 'gen_ai_client_token_usage_sum', matchers: 'gen_ai_token_type="cached_input"' })} / (${sumRate(
      { name: 'gen_ai_client_token_usage_sum', matchers: 'gen_ai_token_type="input"' },
    )} > 0)`,
    'business.total_tokens_used': tokens,
    'business.total_credits_used': cost,
    'latency.inference_p95_ms': firstOf(...[server, agent, client].map(p95Ms)),
    'latency.first_token_p95_ms': firstOf(
      p95Ms({ name: 'gen_ai_server_time_to_first_token_seconds' }),
      p95Ms({ name: 'agentgateway_gen_ai_server_time_to_first_token' }),
    ),
    'latency.inter_token_p95_ms': firstOf(
      p95Ms({ name: 'gen_ai_server_time_per_output_token_seconds' }),
      p95Ms({ name: 'agentgateway_gen_ai_server_time_per_output_token' }),
    ),
  },
  families: [
    {
      endpoint: 'models',
      name: 'gen_ai_server_request_duration_seconds',
      type: 'histogram',
      help: 'Duration of attempts in seconds, by model.',
      labels: ['gen_ai_request_model'],
    },
    {
      endpoint: 'models',
      name: 'gen_ai_client_token_usage',
      type: 'histogram',
      help: 'Tokens per request, by model and kind. Cached and reasoning tokens are parts of input and output.',
      labels: ['gen_ai_request_model', 'gen_ai_token_type'],
    },
    {
      endpoint: 'performance',
      name: 'gen_ai_server_time_to_first_token_seconds',
      type: 'histogram',
      help: 'Time to the first token in seconds.',
      labels: [],
    },
  ],
});
