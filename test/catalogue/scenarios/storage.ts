import { absent, type Scenario } from './scenario.js';

/** The database and the caches, as the backend has measured them at one time or another. */
export const storage: readonly Scenario[] = [
  {
    name: 'database_summary',
    says: 'a summary of database queries without quantiles',
    series: {
      'database_query_duration_seconds_sum{table="users"}': '10+0.3x20',
      'database_query_duration_seconds_count{table="users"}': '100+15x20',
      'database_query_duration_seconds_sum{table="keys"}': '5+0.9x20',
      'database_query_duration_seconds_count{table="keys"}': '100+15x20',
    },
    values: {
      'database.total_queries': '800',
      'database.avg_query_latency_ms': '40',
      gatewayz_database_query_duration_quantiles_seconds: ['sum 39', 'count 800'],
    },
  },
  {
    name: 'database_summary_quantiles',
    says: 'a summary of database queries with quantiles, one of which has no value',
    series: {
      'database_query_duration_seconds{table="users",quantile="0.5"}': '0.01x20',
      'database_query_duration_seconds{table="keys",quantile="0.5"}': '0.02x20',
      'database_query_duration_seconds{table="users",quantile="0.9"}': '0.05x20',
      'database_query_duration_seconds{table="users",quantile="0.95"}': 'NaN',
      'database_query_duration_seconds{table="keys",quantile="0.95"}': '0.08x20',
      'database_query_duration_seconds{table="users",quantile="0.99"}': 'NaN',
      'database_query_duration_seconds_sum{table="users"}': '10+0.3x20',
      'database_query_duration_seconds_count{table="users"}': '100+15x20',
      'database_queries_total{table="users",operation="select"}': '7',
    },
    values: {
      'database.total_queries': '7',
      'database.avg_query_latency_ms': '20',
      gatewayz_database_query_duration_quantiles_seconds: [
        'quantile=0.5 0.02',
        'quantile=0.95 0.08',
        'sum 16',
        'count 400',
      ],
    },
  },
  {
    name: 'database_histogram_count',
    says: 'only the count of the database histogram',
    series: { 'database_query_duration_seconds_count{table="users"}': '100+15x20' },
    values: {
      'database.total_queries': '400',
      'database.avg_query_latency_ms': absent(
        'no usable value of database_query_duration_seconds_count, and there is no series named database_query_duration_seconds_sum in Prometheus under {…}',
      ),
      gatewayz_database_query_duration_quantiles_seconds: ['count 400'],
    },
  },
  {
    name: 'catalog_cache_only',
    says: 'only the catalogue cache',
    series: {
      'catalog_cache_hits_total{gateway="openai"}': '0+9x20',
      'catalog_cache_hits_total{gateway="groq"}': '0+3x20',
      'catalog_cache_misses_total{gateway="openai"}': '0+4x20',
      'catalog_cache_size_bytes{gateway="openai"}': '1000x20',
      'catalog_cache_size_bytes{gateway="openai",instance="gateway-2"}': '1200x20',
      'catalog_cache_size_bytes{gateway="groq"}': '300x20',
    },
    values: { cache_hit_rate: '0.75', cache_size_bytes: '1500' },
  },
  {
    name: 'cache_idle',
    says: 'an idle cache beside a busy catalogue cache',
    series: {
      'cache_hits_total{cache_name="c"}': '9x20',
      'cache_misses_total{cache_name="c"}': '1x20',
      'cache_size_bytes{cache_name="c"}': '0x20',
      'catalog_cache_hits_total{gateway="g"}': '0+3x20',
      'catalog_cache_misses_total{gateway="g"}': '0+1x20',
      'catalog_cache_size_bytes{gateway="g"}': '1000x20',
    },
    values: { cache_hit_rate: absent('no cache lookups in the last 5 minutes'), cache_size_bytes: '0' },
  },
  {
    name: 'cache_only_misses',
    says: 'a cache that never hit',
    series: { 'cache_misses_total{cache_name="c"}': '0+4x20', 'catalog_cache_hits_total{gateway="g"}': '0+3x20' },
    values: { cache_hit_rate: '0' },
  },
  {
    name: 'cache_only_hits',
    says: 'a cache that never missed',
    series: { 'cache_hits_total{cache_name="c"}': '0+4x20', 'catalog_cache_misses_total{gateway="g"}': '0+3x20' },
    values: { cache_hit_rate: '1' },
  },
  {
    name: 'cache_own_rate',
    says: 'an own hit rate, of two instances',
    series: {
      cache_hit_rate: '0.5x20',
      'cache_hit_rate{instance="gateway-2"}': '0.75x20',
      'cache_hit_rate{instance="gateway-3"}': '75x20',
      'cache_hits_total{cache_name="c"}': '0+4x20',
    },
    values: { cache_hit_rate: '0.625' },
  },
  {
    name: 'cache_own_rate_nan',
    says: 'an own hit rate that is not a number beside counters',
    series: {
      cache_hit_rate: 'NaN',
      'cache_hits_total{cache_name="c"}': '0+4x20',
      'cache_misses_total{cache_name="c"}': '0+12x20',
    },
    values: { cache_hit_rate: '0.25' },
  },
  {
    name: 'cache_own_rate_nan_alone',
    says: 'an own hit rate that is not a number, alone',
    series: { cache_hit_rate: 'NaN' },
    values: {
      cache_hit_rate: absent(
        'no usable value of cache_hit_rate, and there is no series named cache_hits_total, cache_misses_total, catalog_cache_hits_total or catalog_cache_misses_total in Prometheus under {…}',
      ),
      cache_size_bytes: absent('no series named cache_size_bytes or catalog_cache_size_bytes in Prometheus under {…}'),
    },
  },
];
