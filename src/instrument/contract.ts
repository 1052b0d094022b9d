/** One metric that the kit emits. */
export interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, ascending, without `+Inf`. */
  readonly buckets?: readonly number[];
}

const inHttp = ['app_name', 'method', 'path'] as const;
const httpSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;
const httpBytes = [100, 1_000, 10_000, 100_000, 1_000_000] as const;

/**
 * Everything the kit emits: what the catalogue reads. Names, types, labels and buckets are those of the backend, with one
 * exception: the backend's `database_query_duration_seconds` is a summary without quantiles, here it is a histogram, so
 * that quantiles can be had. The two `gatewayz_instrument_*` counters are about the kit itself.
 */
export const contract = {
  requests: {
    type: 'counter',
    name: 'fastapi_requests_total',
    help: 'HTTP requests that have ended, by route pattern and status; 499: the client left before an answer.',
    labels: [...inHttp, 'status_code', 'status_class'],
  },
  requestSeconds: {
    type: 'histogram',
    name: 'fastapi_requests_duration_seconds',
    help: 'Time from the arrival of an HTTP request to the end of its response, streams included.',
    labels: inHttp,
    buckets: httpSeconds,
  },
  requestsInProgress: {
    type: 'gauge',
    name: 'fastapi_requests_in_progress',
    help: 'HTTP requests that have begun and not ended.',
    labels: inHttp,
  },
  requestBytes: {
    type: 'histogram',
    name: 'fastapi_request_size_bytes',
    help: 'Size of HTTP request bodies, where the request declares it.',
    labels: inHttp,
    buckets: httpBytes,
  },
  responseBytes: {
    type: 'histogram',
    name: 'fastapi_response_size_bytes',
    help: 'Size of HTTP response bodies, where the response declares it; streams do not.',
    labels: inHttp,
    buckets: httpBytes,
  },
  endpointRequests: {
    type: 'counter',
    name: 'http_requests_total',
    help: 'The same as fastapi_requests_total, under the labels that older dashboards use.',
    labels: ['method', 'endpoint', 'status_code', 'status_class'],
  },
  endpointSeconds: {
    type: 'histogram',
    name: 'http_request_duration_seconds',
    help: 'The same as fastapi_requests_duration_seconds, under the labels that older dashboards use.',
    labels: ['method', 'endpoint'],
    buckets: httpSeconds,
  },
  exceptions: {
    type: 'counter',
    name: 'fastapi_exceptions_total',
    help: 'Errors that ended a request and were not the fault of the client, by type.',
    labels: ['app_name', 'exception_type'],
  },
  inferences: {
    type: 'counter',
    name: 'model_inference_requests_total',
    help: 'Inference requests sent to providers; every status but "success" counts as an error.',
    labels: ['provider', 'model', 'status'],
  },
  inferenceSeconds: {
    type: 'histogram',
    name: 'model_inference_duration_seconds',
    help: 'Time that a provider took for an inference request, up to its last byte.',
    labels: ['provider', 'model'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 25, 60],
  },
  firstChunkSeconds: {
    type: 'histogram',
    name: 'time_to_first_chunk_seconds',
    help: 'Time from a streamed inference request to the first chunk of its answer.',
    labels: ['provider', 'model'],
    buckets: [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 8, 10, 15],
  },
  tokens: {
    type: 'counter',
    name: 'tokens_used_total',
    help: 'Tokens used, by type: input or output.',
    labels: ['provider', 'model', 'token_type'],
  },
  credits: {
    type: 'counter',
    name: 'credits_used_total',
    help: 'Credits charged for inference requests.',
    labels: ['provider', 'model'],
  },
  providerAvailability: {
    type: 'gauge',
    name: 'provider_availability',
    help: 'Whether the gateway considers a provider available: 1, or 0; anything between is a share.',
    labels: ['provider'],
  },
  providerErrorRate: {
    type: 'gauge',
    name: 'provider_error_rate',
    help: 'Share of failed requests to a provider as the gateway measures it, 0 to 1.',
    labels: ['provider'],
  },
  providerSeconds: {
    type: 'histogram',
    name: 'provider_response_time_seconds',
    help: 'Time that a provider took for an inference request, all models together.',
    labels: ['provider'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10],
  },
  providerResponseSeconds: {
    type: 'histogram',
    name: 'provider_response_duration_seconds',
    help: 'Time that a provider took for an inference request, by status.',
    labels: ['provider', 'model', 'status'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 90, 120],
  },
  databaseQueries: {
    type: 'counter',
    name: 'database_queries_total',
    help: 'Database queries.',
    labels: ['table', 'operation'],
  },
  databaseSeconds: {
    type: 'histogram',
    name: 'database_query_duration_seconds',
    help: 'Time that a database query took.',
    labels: ['table'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  cacheHits: {
    type: 'counter',
    name: 'cache_hits_total',
    help: 'Cache lookups that found something.',
    labels: ['cache_name'],
  },
  cacheMisses: {
    type: 'counter',
    name: 'cache_misses_total',
    help: 'Cache lookups that found nothing.',
    labels: ['cache_name'],
  },
  cacheBytes: {
    type: 'gauge',
    name: 'cache_size_bytes',
    help: 'Size of a cache.',
    labels: ['cache_name'],
  },
  apiKeys: {
    type: 'gauge',
    name: 'active_api_keys',
    help: 'API keys, by status.',
    labels: ['status'],
  },
  trials: {
    type: 'gauge',
    name: 'trial_active',
    help: 'Trials, by status.',
    labels: ['status'],
  },
  subscriptions: {
    type: 'gauge',
    name: 'subscription_count',
    help: 'Active subscriptions, by plan and billing cycle.',
    labels: ['plan_type', 'billing_cycle'],
  },
  rejected: {
    type: 'counter',
    name: 'gatewayz_instrument_rejected_total',
    help: 'Values that were ignored because they cannot be right; the reason names the call and the field.',
    labels: ['reason'],
  },
  folded: {
    type: 'counter',
    name: 'gatewayz_instrument_folded_total',
    help: 'Label values that were replaced by "other": too many different ones, too long, or not text.',
    labels: ['label'],
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;
