import type { SeriesLimitDefinition } from '../../catalogue/definition.js';
import { blocks } from './blocks.js';

/** Limits `/models` to the model-provider pairs with the most requests over the last hour. */
export const pairLimit: SeriesLimitDefinition = {
  labels: ['provider', 'model'],
  blocks: [
    blocks.inferenceRequestsByPair,
    blocks.inferenceBuckets,
    blocks.inferenceDurationSums,
    blocks.tokensByPair,
    blocks.creditsByPair,
  ],
  counts: {
    model_inference_requests_total: 'count(count by (model, provider, status) (model_inference_requests_total))',
    model_inference_duration_seconds:
      'count(count by (model, provider) (model_inference_duration_seconds_bucket{le="+Inf"}))',
    tokens_used_total: 'count(count by (model, provider) (tokens_used_total))',
    credits_used_total: 'count(count by (model, provider) (credits_used_total))',
  },
  // Every status of a pair is a label set of the requests family.
  perSelection: 'count(count by (status) (model_inference_requests_total))',
  ranking: [
    'sum by (model, provider) (increase(model_inference_requests_total[1h]))',
    '0 * sum by (model, provider) (model_inference_requests_total)',
    '0 * sum by (model, provider) (model_inference_duration_seconds_bucket{le="+Inf"})',
    '0 * sum by (model, provider) (tokens_used_total)',
    '0 * sum by (model, provider) (credits_used_total)',
  ].join(' or '),
};

/** Requests over the last hour, by the label of the other families. */
export const rankings: Readonly<Record<string, string>> = {
  provider: 'sum by (provider) (increase(model_inference_requests_total{provider!=""}[1h]))',
  status_code: 'sum by (status_code) (increase(fastapi_requests_total[1h]))',
  exception_type: 'sum by (exception_type) (increase(fastapi_exceptions_total[1h]))',
};

/**
 * Rates that read at least twenty series per result series, in a gateway with hundreds of models and routes. Totals are not
 * recorded: they would lag behind the other totals of the response.
 */
export const recordedBlocks: readonly string[] = [
  blocks.inferenceRate,
  blocks.inferenceDurationSumRate,
  blocks.inferenceDurationCountRate,
  blocks.inferenceBucketRate,
  blocks.responseDurationSumRate,
  blocks.responseDurationCountRate,
  blocks.httpRequestRate1m,
  blocks.httpRequestRate,
  blocks.httpDurationSumRate,
  blocks.httpDurationCountRate,
  blocks.httpBucketRate,
];
