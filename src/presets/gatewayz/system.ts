import { type FamilyDefinition, plainRow } from '../../catalogue/definition.js';
import { histogramRow } from '../histogram-row.js';
import { blocks } from './blocks.js';

/** `/system`: HTTP requests. */
export const systemFamilies: readonly FamilyDefinition[] = [
  {
    endpoint: 'system',
    name: 'fastapi_requests_total',
    type: 'counter',
    unit: '',
    help: 'Total number of HTTP requests handled by the gateway.',
    labels: ['status_code'],
    row: plainRow('fastapi_requests_total', 'sum by (status_code) (fastapi_requests_total)'),
  },
  {
    endpoint: 'system',
    name: 'fastapi_requests_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'HTTP request duration in seconds.',
    labels: [],
    row: histogramRow('fastapi_requests_duration_seconds', [], {
      buckets: blocks.httpBuckets,
      bucketBounds: blocks.httpBucketBounds,
      sums: blocks.httpDurationSum,
    }),
  },
  {
    endpoint: 'system',
    name: 'fastapi_requests_in_progress',
    type: 'gauge',
    unit: '',
    help: 'Current number of HTTP requests in progress.',
    labels: [],
    row: plainRow('fastapi_requests_in_progress', 'sum(fastapi_requests_in_progress)'),
  },
  {
    endpoint: 'system',
    name: 'fastapi_exceptions_total',
    type: 'counter',
    unit: '',
    help: 'Total number of unhandled exceptions in the gateway, by type.',
    labels: ['exception_type'],
    row: plainRow('fastapi_exceptions_total', 'sum by (exception_type) (fastapi_exceptions_total)'),
  },
];
