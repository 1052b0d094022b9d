import { blocks } from './blocks.js';

/**
 * The series cap of `/models`. Which pairs of model and provider are shown is decided by Prometheus, by requests over the
 * last hour, so that the many that are not shown are never transferred.
 */

/** Blocks whose answers grow with the pairs; over the cap they are asked for the chosen pairs only. */
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

/** Statuses that a pair can have: each is a label set of `model_inference_requests_total`. */
export const statusCount = 'count(count by (status) (model_inference_requests_total))';

/** The busiest pairs; those without a rate yet come after all others. */
export const pairRanking = [
  'sum by (model, provider) (increase(model_inference_requests_total[1h]))',
  '0 * sum by (model, provider) (model_inference_requests_total)',
  '0 * sum by (model, provider) (model_inference_duration_seconds_bucket{le="+Inf"})',
  '0 * sum by (model, provider) (tokens_used_total)',
  '0 * sum by (model, provider) (credits_used_total)',
].join(' or ');

/** Requests over the last hour by the label of the other families, which are small unless something is wrong upstream. */
export const rankings: Readonly<Record<string, string>> = {
  provider: 'sum by (provider) (increase(model_inference_requests_total{provider!=""}[1h]))',
  status_code: 'sum by (status_code) (increase(fastapi_requests_total[1h]))',
  exception_type: 'sum by (exception_type) (increase(fastapi_exceptions_total[1h]))',
};

/** Everything above that is asked. */
export const capQueries: readonly string[] = [
  ...cappedBlocks,
  ...Object.values(labelSetCounts),
  statusCount,
  pairRanking,
  ...Object.values(rankings),
];
