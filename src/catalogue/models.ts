import { blocks } from './blocks.js';
import { histogramRow } from './histogram-row.js';
import { type FamilyRow, plainRow } from './row.js';

/** `/models`: performance and use by model and provider. The series cap chooses the same pairs for all of them. */
export const modelFamilies: readonly FamilyRow[] = [
  {
    endpoint: 'models',
    name: 'model_inference_requests_total',
    type: 'counter',
    unit: '',
    help: 'Inference requests sent to providers, by outcome.',
    labels: ['model', 'provider', 'status'],
    row: plainRow('model_inference_requests_total', blocks.inferenceRequestsByPair),
  },
  {
    endpoint: 'models',
    name: 'model_inference_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that inference requests took at the provider.',
    labels: ['model', 'provider'],
    row: histogramRow('model_inference_duration_seconds', ['model', 'provider'], {
      buckets: blocks.inferenceBuckets,
      several: blocks.inferenceSeveral,
      layout: blocks.inferenceBucketLayout,
      sums: blocks.inferenceDurationSums,
    }),
  },
  {
    endpoint: 'models',
    name: 'tokens_used_total',
    type: 'counter',
    unit: '',
    help: 'Tokens used, input and output together.',
    labels: ['model', 'provider'],
    row: plainRow('tokens_used_total', blocks.tokensByPair),
  },
  {
    endpoint: 'models',
    name: 'credits_used_total',
    type: 'counter',
    unit: '',
    help: 'Credits charged to users.',
    labels: ['model', 'provider'],
    row: plainRow('credits_used_total', blocks.creditsByPair),
  },
];
