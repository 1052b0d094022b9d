import { type FamilyDefinition, plainRow } from '../../catalogue/definition.js';
import { histogramRow } from '../histogram-row.js';
import { blocks } from './blocks.js';

/** `/models`: performance and usage by model and provider. The series limit selects the same pairs for every family. */
export const modelFamilies: readonly FamilyDefinition[] = [
  {
    endpoint: 'models',
    name: 'model_inference_requests_total',
    type: 'counter',
    unit: '',
    help: 'Total number of inference requests sent to providers, by status.',
    labels: ['model', 'provider', 'status'],
    row: plainRow('model_inference_requests_total', blocks.inferenceRequestsByPair),
  },
  {
    endpoint: 'models',
    name: 'model_inference_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Inference request duration at the provider in seconds.',
    labels: ['model', 'provider'],
    row: histogramRow('model_inference_duration_seconds', ['model', 'provider'], {
      buckets: blocks.inferenceBuckets,
      hasDuplicates: blocks.inferenceHasDuplicates,
      bucketBounds: blocks.inferenceBucketBounds,
      sums: blocks.inferenceDurationSums,
    }),
  },
  {
    endpoint: 'models',
    name: 'tokens_used_total',
    type: 'counter',
    unit: '',
    help: 'Total number of tokens used, input and output combined.',
    labels: ['model', 'provider'],
    row: plainRow('tokens_used_total', blocks.tokensByPair),
  },
  {
    endpoint: 'models',
    name: 'credits_used_total',
    type: 'counter',
    unit: '',
    help: 'Total number of credits charged to users.',
    labels: ['model', 'provider'],
    row: plainRow('credits_used_total', blocks.creditsByPair),
  },
];
