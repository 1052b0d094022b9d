/** Definition of one exported metric. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** How prom-client merges a gauge of several cluster workers; default: the sum. */
  readonly aggregator?: 'min' | 'max' | 'average';
  /** Upper bounds of a histogram, ascending, without `+Inf`. */
  readonly buckets?: readonly number[];
}

const inHttp = ['app_name', 'method', 'path'] as const;
const httpSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const httpBytes = [100, 1_000, 10_000, 100_000, 1_000_000] as const;

/**
 * All metrics exported by `gatewayz-metrics/instrument`. Names, types, labels and buckets match the GatewayZ backend, except
 * `database_query_duration_seconds`: a histogram here, a summary without quantiles there.
 */
export const metricSpecs = {
  requests: {
    type: 'counter',
    name: 'fastapi_requests_total',
    help: 'Total number of finished HTTP requests, by route pattern and status; 499 when the client disconnected before a response.',
    labels: [...inHttp, 'status_code', 'status_class'],
  },
  requestSeconds: {
    type: 'histogram',
    name: 'fastapi_requests_duration_seconds',
    help: 'HTTP request duration in seconds, from arrival to the end of the response, streams included.',
    labels: inHttp,
    buckets: httpSeconds,
  },
  requestsInProgress: {
    type: 'gauge',
    name: 'fastapi_requests_in_progress',
    help: 'Current number of HTTP requests in progress.',
    labels: inHttp,
  },
  requestBytes: {
    type: 'histogram',
    name: 'fastapi_request_size_bytes',
    help: 'Size of HTTP request bodies in bytes, from Content-Length.',
    labels: inHttp,
    buckets: httpBytes,
  },
  responseBytes: {
    type: 'histogram',
    name: 'fastapi_response_size_bytes',
    help: 'Size of HTTP response bodies in bytes, from Content-Length; streams are not included.',
    labels: inHttp,
    buckets: httpBytes,
  },
  endpointRequests: {
    type: 'counter',
    name: 'http_requests_total',
    help: 'Total number of finished HTTP requests: fastapi_requests_total with the labels of older dashboards.',
    labels: ['method', 'endpoint', 'status_code', 'status_class'],
  },
  endpointSeconds: {
    type: 'histogram',
    name: 'http_request_duration_seconds',
    help: 'HTTP request duration in seconds: fastapi_requests_duration_seconds with the labels of older dashboards.',
    labels: ['method', 'endpoint'],
    buckets: httpSeconds,
  },
  exceptions: {
    type: 'counter',
    name: 'fastapi_exceptions_total',
    help: 'Total number of server-side exceptions that ended a request, by type.',
    labels: ['app_name', 'exception_type'],
  },
  inferences: {
    type: 'counter',
    name: 'model_inference_requests_total',
    help: 'Total number of inference requests to providers; every status except "success" is an error.',
    labels: ['provider', 'model', 'status'],
  },
  inferenceSeconds: {
    type: 'histogram',
    name: 'model_inference_duration_seconds',
    help: 'Inference request duration in seconds, to the last byte.',
    labels: ['provider', 'model'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 25, 60],
  },
  firstChunkSeconds: {
    type: 'histogram',
    name: 'time_to_first_chunk_seconds',
    help: 'Time in seconds from a streamed inference request to its first chunk.',
    labels: ['provider', 'model'],
    buckets: [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 10, 15],
  },
  tokens: {
    type: 'counter',
    name: 'tokens_used_total',
    help: 'Total number of tokens used, by type: input or output.',
    labels: ['provider', 'model', 'token_type'],
  },
  credits: {
    type: 'counter',
    name: 'credits_used_total',
    help: 'Total credits charged for inference requests.',
    labels: ['provider', 'model'],
  },
  providerAvailability: {
    type: 'gauge',
    name: 'provider_availability',
    help: 'Whether the gateway considers the provider available: 1 or 0, or a ratio between them.',
    labels: ['provider'],
    aggregator: 'min',
  },
  providerErrorRate: {
    type: 'gauge',
    name: 'provider_error_rate',
    help: 'Ratio of failed requests to the provider as measured by the gateway, 0 to 1.',
    labels: ['provider'],
    aggregator: 'average',
  },
  providerSeconds: {
    type: 'histogram',
    name: 'provider_response_time_seconds',
    help: 'Inference request duration of a provider in seconds, over all models.',
    labels: ['provider'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10],
  },
  providerResponseSeconds: {
    type: 'histogram',
    name: 'provider_response_duration_seconds',
    help: 'Inference request duration in seconds, by status.',
    labels: ['provider', 'model', 'status'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 90, 120],
  },
  databaseQueries: {
    type: 'counter',
    name: 'database_queries_total',
    help: 'Total number of database queries.',
    labels: ['table', 'operation'],
  },
  databaseSeconds: {
    type: 'histogram',
    name: 'database_query_duration_seconds',
    help: 'Database query duration in seconds.',
    labels: ['table'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  cacheHits: {
    type: 'counter',
    name: 'cache_hits_total',
    help: 'Total number of cache hits.',
    labels: ['cache_name'],
  },
  cacheMisses: {
    type: 'counter',
    name: 'cache_misses_total',
    help: 'Total number of cache misses.',
    labels: ['cache_name'],
  },
  cacheBytes: {
    type: 'gauge',
    name: 'cache_size_bytes',
    help: 'Current size of the cache in bytes.',
    labels: ['cache_name'],
    aggregator: 'max',
  },
  apiKeys: {
    type: 'gauge',
    name: 'active_api_keys',
    help: 'Current number of API keys, by status.',
    labels: ['status'],
    aggregator: 'max',
  },
  trials: {
    type: 'gauge',
    name: 'trial_active',
    help: 'Current number of trials, by status.',
    labels: ['status'],
    aggregator: 'max',
  },
  subscriptions: {
    type: 'gauge',
    name: 'subscription_count',
    help: 'Current number of active subscriptions, by plan and billing cycle.',
    labels: ['plan_type', 'billing_cycle'],
    aggregator: 'max',
  },
  rejected: {
    type: 'counter',
    name: 'gatewayz_instrument_rejected_total',
    help: 'Total number of invalid values ignored; the reason names the call and the field.',
    labels: ['reason'],
  },
  folded: {
    type: 'counter',
    name: 'gatewayz_instrument_folded_total',
    help: 'Total number of label values replaced by "other": over the limit, too long, or not valid text.',
    labels: ['label'],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;
