import { type ConsoleDefinition, rankingsOf } from '../../catalogue/console-definition.js';

const requests = 'sum by (model, provider) (increase(model_inference_requests_total[1h]))';
const errors = 'sum by (model, provider) (increase(model_inference_requests_total{status!~"success|"}[1h]))';

const columns: ConsoleDefinition['models']['columns'] = {
  requests,
  tokens: 'sum by (model, provider) (increase(tokens_used_total[1h]))',
  credits: 'sum by (model, provider) (increase(credits_used_total[1h]))',
  p95: 'histogram_quantile(0.95, sum by (model, provider, le) (rate(model_inference_duration_seconds_bucket[1h])))',
  errors: `(${errors} or 0 * ${requests}) / (${requests} > 0)`,
};

/** Providers and models of the console. */
export const consoleDefinition: ConsoleDefinition = {
  providers: {
    available: { row: 'provider_availability' },
    error_ratio: { row: 'provider_error_rate' },
    // Also what makes a provider without traffic known: its rate is 0.
    requests_per_minute: {
      promql: '60 * sum by (provider) (rate(model_inference_requests_total{provider!=""}[5m]))',
    },
    mean_seconds: { row: 'provider_response_time_seconds' },
    p95_seconds: {
      promql:
        'histogram_quantile(0.95, sum by (provider, le) (rate(model_inference_duration_seconds_bucket{provider!=""}[5m])))',
    },
    first_token_seconds: {
      promql:
        'sum by (provider) (rate(time_to_first_chunk_seconds_sum{provider!=""}[5m])) / (sum by (provider) (rate(time_to_first_chunk_seconds_count{provider!=""}[5m])) > 0)',
    },
  },
  models: {
    pairs: 'count(count by (model, provider) (model_inference_requests_total))',
    columns,
    rankings: rankingsOf(columns),
  },
};
