import { plainRow, type RowDefinition, type SummaryField } from '../../catalogue/definition.js';
import { blocks } from './blocks.js';
import { errorBlocks, responseBlocks } from './provider-blocks.js';
import * as expressions from './provider-expressions.js';

/** A mean duration in milliseconds over 5 minutes, of a histogram or a summary. */
function latencyRow(id: string, metric: string, sumRate: string, countRate: string, idle: string): RowDefinition {
  return {
    id,
    promql: { value: `1000 * sum(rate(${metric}_sum[5m])) / (sum(rate(${metric}_count[5m])) > 0)` },
    blocks: { dividend: sumRate, divisor: countRate },
    derivation: 'ratio',
    arguments: { factor: 1000 },
    idle,
  };
}

/** A count from the counter, or else from the histogram or summary of the same thing. */
function countOrElseRow(id: string, counter: string, otherwise: string): RowDefinition {
  return {
    id,
    promql: { value: `${counter} or ${otherwise}` },
    blocks: { first: counter, second: otherwise },
    derivation: 'firstNonEmpty',
  };
}

/** Rows that only `/summary` shows. */
export const summaryRows: readonly RowDefinition[] = [
  plainRow('http.total_requests', blocks.httpRequests),
  {
    id: 'http.request_rate_per_minute',
    promql: { value: `60 * ${blocks.httpRequestRate1m}` },
    blocks: { value: blocks.httpRequestRate1m },
    derivation: 'scaled',
    arguments: { factor: 60 },
  },
  {
    id: 'http.error_rate',
    promql: {
      value:
        '100 * (sum(rate(fastapi_requests_total{status_code=~"5.."}[5m])) or 0 * sum(rate(fastapi_requests_total[5m]))) / (sum(rate(fastapi_requests_total[5m])) > 0)',
    },
    blocks: { value: blocks.httpRequestRate },
    derivation: 'matchingShare',
    arguments: { label: 'status_code', pattern: '5..', factor: 100 },
    idle: 'no requests',
  },
  latencyRow(
    'http.avg_latency_ms',
    'fastapi_requests_duration_seconds',
    blocks.httpDurationSumRate,
    blocks.httpDurationCountRate,
    'no requests',
  ),
  countOrElseRow('models.total_inference_requests', blocks.inferenceRequests, blocks.inferenceDurationCount),
  latencyRow(
    'models.avg_inference_latency_ms',
    'model_inference_duration_seconds',
    blocks.inferenceDurationSumRate,
    blocks.inferenceDurationCountRate,
    'no inference requests',
  ),
  {
    id: 'providers.avg_error_rate',
    promql: { value: expressions.meanErrorRate },
    blocks: errorBlocks,
    derivation: 'meanProviderErrorRate',
    idle: 'no inference requests',
  },
  {
    id: 'providers.avg_response_time_ms',
    promql: { value: expressions.meanResponseTimeMs },
    blocks: responseBlocks,
    derivation: 'meanProviderResponseTime',
    arguments: { factor: 1000 },
    idle: 'no inference requests',
  },
  countOrElseRow('database.total_queries', blocks.databaseQueries, blocks.databaseDurationCount),
  latencyRow(
    'database.avg_query_latency_ms',
    'database_query_duration_seconds',
    blocks.databaseDurationSumRate,
    blocks.databaseDurationCountRate,
    'no database queries',
  ),
];

/** The fields of `/summary`, in their order. */
export const summaryFields: readonly SummaryField[] = [
  {
    section: 'http',
    field: 'total_requests',
    unit: 'requests',
    row: 'http.total_requests',
    help: 'Total number of HTTP requests, summed over the instances; falls when one restarts.',
  },
  {
    section: 'http',
    field: 'request_rate_per_minute',
    unit: 'requests per minute',
    row: 'http.request_rate_per_minute',
    help: 'HTTP request rate over the last minute; over 5 minutes when scrapes are too infrequent.',
  },
  {
    section: 'http',
    field: 'error_rate',
    unit: 'percent',
    row: 'http.error_rate',
    help: 'Share of HTTP requests with a 5xx status over the last 5 minutes, 0 to 100.',
  },
  {
    section: 'http',
    field: 'avg_latency_ms',
    unit: 'milliseconds',
    row: 'http.avg_latency_ms',
    help: 'Mean HTTP request duration over the last 5 minutes.',
  },
  {
    section: 'http',
    field: 'in_progress',
    unit: 'requests',
    row: 'fastapi_requests_in_progress',
    help: 'Current number of HTTP requests in progress.',
  },
  {
    section: 'models',
    field: 'total_inference_requests',
    unit: 'requests',
    row: 'models.total_inference_requests',
    help: 'Total number of inference requests; falls back to the count of the duration histogram.',
  },
  {
    section: 'models',
    field: 'tokens_used_total',
    unit: 'tokens',
    row: 'total_tokens_used',
    help: 'Total number of tokens used, input and output combined.',
  },
  {
    section: 'models',
    field: 'credits_used_total',
    unit: 'credits',
    row: 'total_credits_used',
    help: 'Total number of credits charged to users.',
  },
  {
    section: 'models',
    field: 'avg_inference_latency_ms',
    unit: 'milliseconds',
    row: 'models.avg_inference_latency_ms',
    help: 'Mean inference request duration over the last 5 minutes.',
  },
  {
    section: 'providers',
    field: 'total_providers',
    unit: 'providers',
    row: 'gatewayz_providers_total',
    help: 'Current number of known providers, idle ones included.',
  },
  {
    section: 'providers',
    field: 'healthy_providers',
    unit: 'providers',
    row: 'gatewayz_providers_healthy',
    help: 'Current number of providers with an error rate below 5 %.',
  },
  {
    section: 'providers',
    field: 'degraded_providers',
    unit: 'providers',
    row: 'gatewayz_providers_degraded',
    help: 'Current number of providers with an error rate from 5 % to 50 %.',
  },
  {
    section: 'providers',
    field: 'unavailable_providers',
    unit: 'providers',
    row: 'gatewayz_providers_down',
    help: 'Current number of providers with an error rate above 50 %, or with availability 0.',
  },
  {
    section: 'providers',
    field: 'avg_error_rate',
    unit: 'ratio',
    row: 'providers.avg_error_rate',
    help: 'Unweighted mean error rate over the providers that have one, 0 to 1.',
  },
  {
    section: 'providers',
    field: 'avg_response_time_ms',
    unit: 'milliseconds',
    row: 'providers.avg_response_time_ms',
    help: 'Unweighted mean response time over the providers that have one.',
  },
  {
    section: 'database',
    field: 'total_queries',
    unit: 'queries',
    row: 'database.total_queries',
    help: 'Total number of database queries; falls back to the count of the duration metric.',
  },
  {
    section: 'database',
    field: 'avg_query_latency_ms',
    unit: 'milliseconds',
    row: 'database.avg_query_latency_ms',
    help: 'Mean database query duration over the last 5 minutes.',
  },
  {
    section: 'database',
    field: 'cache_hit_rate',
    unit: 'ratio',
    row: 'cache_hit_rate',
    help: 'Cache hit ratio over the last 5 minutes, 0 to 1.',
  },
  {
    section: 'business',
    field: 'active_api_keys',
    unit: 'keys',
    row: 'active_api_keys',
    help: 'Current number of active API keys.',
  },
  {
    section: 'business',
    field: 'active_subscriptions',
    unit: 'subscriptions',
    row: 'subscription_count',
    help: 'Current number of active paid subscriptions.',
  },
  {
    section: 'business',
    field: 'active_trials',
    unit: 'trials',
    row: 'trial_active',
    help: 'Current number of active trials.',
  },
  {
    section: 'business',
    field: 'total_tokens_used',
    unit: 'tokens',
    row: 'total_tokens_used',
    help: 'Total number of tokens used; identical to models.tokens_used_total.',
  },
  {
    section: 'business',
    field: 'total_credits_used',
    unit: 'credits',
    row: 'total_credits_used',
    help: 'Total number of credits charged; identical to models.credits_used_total.',
  },
];

/** The fields of `/summary` from the Health Service. */
export const healthFields: readonly SummaryField[] = [
  {
    section: 'health',
    field: 'service_up',
    unit: '1 or 0',
    row: 'gatewayz_health_service_up',
    help: 'Whether the Health Service responds.',
  },
  {
    section: 'health',
    field: 'monitoring_active',
    unit: '1 or 0',
    row: 'gatewayz_health_monitoring_active',
    help: 'Whether health monitoring is running in the Health Service.',
  },
  {
    section: 'health',
    field: 'tracked_models',
    unit: 'models',
    row: 'gatewayz_health_tracked_models',
    help: 'Current number of models tracked by the Health Service.',
  },
  {
    section: 'health',
    field: 'tracked_providers',
    unit: 'providers',
    row: 'gatewayz_health_tracked_providers',
    help: 'Current number of providers tracked by the Health Service.',
  },
  {
    section: 'health',
    field: 'tracked_gateways',
    unit: 'gateways',
    row: 'gatewayz_health_tracked_gateways',
    help: 'Current number of gateways tracked by the Health Service.',
  },
  {
    section: 'health',
    field: 'active_incidents',
    unit: 'incidents',
    row: 'gatewayz_health_active_incidents',
    help: 'Current number of open incidents in the Health Service.',
  },
];
