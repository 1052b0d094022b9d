import type { FamilyDefinition } from '../../catalogue/definition.js';
import { exportedQuantiles } from '../../catalogue/derivations/quantile-summary.js';
import { blocks } from './blocks.js';

const quantileOf = (q: string, metric: string): string =>
  `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket[5m]))) >= 0`;

/** The canonical texts of a latency summary; `orElse` names another source of a quantile. */
function summaryPromql(metric: string, orElse: (q: string) => string = () => ''): Record<string, string> {
  return {
    ...Object.fromEntries(exportedQuantiles.map((q) => [q, quantileOf(q, metric) + orElse(q)])),
    sum: `sum(${metric}_sum)`,
    count: `sum(${metric}_count)`,
  };
}

const hitRatioOf = (cache: string): string => {
  const hits = `sum(rate(${cache}_hits_total[5m]))`;
  const misses = `sum(rate(${cache}_misses_total[5m]))`;
  const hitsOrNone = `(${hits} or 0 * ${misses})`;
  return `${hitsOrNone} / ((${hitsOrNone} + (${misses} or 0 * ${hits})) > 0)`;
};

/** `/performance`: latency quantiles over 5 minutes, and the cache. */
export const performanceFamilies: readonly FamilyDefinition[] = [
  {
    endpoint: 'performance',
    name: 'gatewayz_request_duration_quantiles_seconds',
    type: 'summary',
    unit: 'seconds',
    help: 'HTTP request duration in seconds. Quantiles cover the last 5 minutes and never exceed the highest finite bucket bound.',
    labels: [],
    row: {
      id: 'gatewayz_request_duration_quantiles_seconds',
      promql: summaryPromql('fastapi_requests_duration_seconds'),
      blocks: { rate: blocks.httpBucketRate, sum: blocks.httpDurationSum, count: blocks.httpDurationCount },
      derivation: 'quantileSummary',
      idle: 'no requests',
    },
  },
  {
    endpoint: 'performance',
    name: 'gatewayz_inference_duration_quantiles_seconds',
    type: 'summary',
    unit: 'seconds',
    help: 'Inference request duration in seconds. Quantiles cover the last 5 minutes and never exceed the highest finite bucket bound.',
    labels: [],
    row: {
      id: 'gatewayz_inference_duration_quantiles_seconds',
      promql: summaryPromql('model_inference_duration_seconds'),
      blocks: {
        rate: blocks.inferenceBucketRate,
        sum: blocks.inferenceDurationSum,
        count: blocks.inferenceDurationCount,
      },
      derivation: 'quantileSummary',
      idle: 'no inference requests',
    },
  },
  {
    endpoint: 'performance',
    name: 'gatewayz_database_query_duration_quantiles_seconds',
    type: 'summary',
    unit: 'seconds',
    help: 'Database query duration in seconds. Quantiles cover the last 5 minutes; they are omitted when the source has no buckets.',
    labels: [],
    row: {
      id: 'gatewayz_database_query_duration_quantiles_seconds',
      promql: summaryPromql(
        'database_query_duration_seconds',
        (q) => ` or max(database_query_duration_seconds{quantile="${q}"} >= 0)`,
      ),
      blocks: {
        rate: blocks.databaseBucketRate,
        own: blocks.databaseQuantiles,
        sum: blocks.databaseDurationSum,
        count: blocks.databaseDurationCount,
      },
      derivation: 'quantileSummary',
      idle: 'no database queries',
    },
  },
  {
    endpoint: 'performance',
    name: 'cache_hit_rate',
    type: 'gauge',
    unit: '',
    help: 'Cache hit ratio over the last 5 minutes, 0 to 1. Falls back to the catalog cache when no cache_* series exists.',
    labels: [],
    row: {
      id: 'cache_hit_rate',
      promql: {
        value: `avg(cache_hit_rate >= 0 <= 1) or ${hitRatioOf('cache')} or (${hitRatioOf('catalog_cache')}) unless on () (count(cache_hits_total) or count(cache_misses_total))`,
      },
      blocks: {
        own: blocks.cacheHitRate,
        hits: blocks.cacheHitsRate,
        misses: blocks.cacheMissesRate,
        hitsSeries: blocks.cacheHitsSeries,
        missesSeries: blocks.cacheMissesSeries,
        catalogHits: blocks.catalogCacheHitsRate,
        catalogMisses: blocks.catalogCacheMissesRate,
      },
      derivation: 'cacheHitRatio',
      idle: 'no cache lookups',
    },
  },
  {
    endpoint: 'performance',
    name: 'cache_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Current size of the cache in bytes. Falls back to the catalog cache when no cache_size_bytes series exists.',
    labels: [],
    row: {
      id: 'cache_size_bytes',
      promql: { value: 'sum(cache_size_bytes) or sum(max by (gateway) (catalog_cache_size_bytes))' },
      blocks: { first: blocks.cacheSize, second: blocks.catalogCacheSize },
      derivation: 'firstNonEmpty',
    },
  },
];
