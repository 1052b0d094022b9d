import { blocks } from './blocks.js';

/**
 * The series limit of `/models`. Prometheus selects the model-provider pairs by requests over the last hour, so the series over
 * the limit are never transferred.
 */

/** Blocks whose results grow with the pairs; over the limit they are queried for the selected pairs only. */
export const cappedBlocks: readonly string[] = [
  blocks.inferenceRequestsByPair,
  blocks.inferenceBuckets,
  blocks.inferenceDurationSums,
  blocks.tokensByPair,
  blocks.creditsByPair,
];

/** Number of label sets of each family of `/models`; a histogram counts as one. */
export const labelSetCounts: Readonly<Record<string, string>> = {
  model_inference_requests_total: 'count(count by (model, provider, status) (model_inference_requests_total))',
  model_inference_duration_seconds:
    'count(count by (model, provider) (model_inference_duration_seconds_bucket{le="+Inf"}))',
  tokens_used_total: 'count(count by (model, provider) (tokens_used_total))',
  credits_used_total: 'count(count by (model, provider) (credits_used_total))',
};

/** Number of statuses; each is a label set of `model_inference_requests_total`. */
export const statusCount = 'count(count by (status) (model_inference_requests_total))';

/** Ranks pairs by requests; pairs without a rate yet come last. */
export const pairRanking = [
  'sum by (model, provider) (increase(model_inference_requests_total[1h]))',
  '0 * sum by (model, provider) (model_inference_requests_total)',
  '0 * sum by (model, provider) (model_inference_duration_seconds_bucket{le="+Inf"})',
  '0 * sum by (model, provider) (tokens_used_total)',
  '0 * sum by (model, provider) (credits_used_total)',
].join(' or ');

/** Requests over the last hour by the label of the other families, which stay small in a healthy gateway. */
export const rankings: Readonly<Record<string, string>> = {
  provider: 'sum by (provider) (increase(model_inference_requests_total{provider!=""}[1h]))',
  status_code: 'sum by (status_code) (increase(fastapi_requests_total[1h]))',
  exception_type: 'sum by (exception_type) (increase(fastapi_exceptions_total[1h]))',
};

/** All queries of the series limit. */
export const capQueries: readonly string[] = [
  ...cappedBlocks,
  ...Object.values(labelSetCounts),
  statusCount,
  pairRanking,
  ...Object.values(rankings),
];
