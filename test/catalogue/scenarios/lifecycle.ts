import { absent, type Scenario } from './scenario.js';

const noRequests = absent('no requests in the last 5 minutes');
const noInference = absent('no inference requests in the last 5 minutes');

/** What a gateway goes through: nothing scraped yet, the first samples, idleness, a restart, rare scrapes. */
export const lifecycle: readonly Scenario[] = [
  {
    name: 'nothing',
    says: 'nothing at all',
    series: {},
    values: Object.fromEntries(
      ['fastapi_requests_total', 'http.error_rate', 'gatewayz_providers_total', 'trial_active', 'cache_hit_rate'].map(
        (row) => [row, absent('no series at all in Prometheus match METRICS_SELECTOR {…}')],
      ),
    ),
  },
  {
    name: 'no_errors',
    says: 'no errors yet, so no series of errors',
    series: {
      'fastapi_requests_total{status_code="200"}': '100+15x20',
      'fastapi_requests_total{status_code="404"}': '0+15x20',
      'model_inference_requests_total{model="m",provider="p1",status="success"}': '100+15x20',
      'model_inference_requests_total{model="m",provider="p2",status="success"}': '100+3x20',
      'model_inference_requests_total{model="m",provider="p2",status="error"}': '10+1x20',
    },
    values: {
      'http.error_rate': '0',
      provider_error_rate: ['provider=p1 0', 'provider=p2 0.25'],
      provider_availability: ['provider=p1 1', 'provider=p2 1'],
      gatewayz_providers_healthy: '1',
      gatewayz_providers_degraded: '1',
      gatewayz_providers_down: '0',
      gatewayz_provider_health_score: ['provider=p1 1', 'provider=p2 0.8928571428571428'],
      'providers.avg_error_rate': '0.125',
      fastapi_exceptions_total: absent('no series named fastapi_exceptions_total in Prometheus under {…}'),
    },
  },
  {
    name: 'no_traffic',
    says: 'no traffic: counters stand still',
    series: {
      'fastapi_requests_total{status_code="200"}': '100x20',
      'fastapi_requests_total{status_code="500"}': '3x20',
      'fastapi_requests_duration_seconds_bucket{le="1.0"}': '90x20',
      'fastapi_requests_duration_seconds_bucket{le="+Inf"}': '103x20',
      fastapi_requests_duration_seconds_sum: '51.5x20',
      fastapi_requests_duration_seconds_count: '103x20',
      'model_inference_requests_total{model="m",provider="p",status="success"}': '50x20',
      'model_inference_duration_seconds_bucket{model="m",provider="p",le="+Inf"}': '50x20',
      'model_inference_duration_seconds_bucket{model="m",provider="p",le="60.0"}': '50x20',
      'model_inference_duration_seconds_sum{model="m",provider="p"}': '75x20',
      'model_inference_duration_seconds_count{model="m",provider="p"}': '50x20',
      'database_query_duration_seconds_sum{table="t"}': '2x20',
      'database_query_duration_seconds_count{table="t"}': '40x20',
      'cache_hits_total{cache_name="c"}': '7x20',
      'cache_misses_total{cache_name="c"}': '3x20',
    },
    values: {
      fastapi_requests_total: ['status_code=200 100', 'status_code=500 3'],
      'http.total_requests': '103',
      'http.request_rate_per_minute': '0',
      'http.error_rate': noRequests,
      'http.avg_latency_ms': noRequests,
      'models.avg_inference_latency_ms': noInference,
      'models.total_inference_requests': '50',
      gatewayz_providers_total: '1',
      gatewayz_providers_healthy: noInference,
      gatewayz_providers_degraded: noInference,
      gatewayz_providers_down: noInference,
      provider_availability: noInference,
      provider_error_rate: noInference,
      provider_response_time_seconds: noInference,
      gatewayz_provider_health_score: noInference,
      'providers.avg_error_rate': noInference,
      'providers.avg_response_time_ms': noInference,
      gatewayz_request_duration_quantiles_seconds: ['sum 51.5', 'count 103'],
      gatewayz_inference_duration_quantiles_seconds: ['sum 75', 'count 50'],
      'database.avg_query_latency_ms': absent('no database queries in the last 5 minutes'),
      cache_hit_rate: absent('no cache lookups in the last 5 minutes'),
    },
  },
  {
    name: 'idle_provider',
    says: 'an idle provider beside busy ones',
    series: {
      'model_inference_requests_total{model="m",provider="busy",status="success"}': '0+15x20',
      'model_inference_requests_total{model="m",provider="failing",status="success"}': '0+1x20',
      'model_inference_requests_total{model="m",provider="failing",status="error"}': '0+2x20',
      'model_inference_requests_total{model="m",provider="idle",status="success"}': '900x20',
      'model_inference_requests_total{model="m",provider="idle",status="error"}': '900x20',
      'model_inference_duration_seconds_sum{model="m",provider="idle"}': '900x20',
      'model_inference_duration_seconds_count{model="m",provider="idle"}': '900x20',
    },
    values: {
      gatewayz_providers_total: '3',
      gatewayz_providers_healthy: '1',
      gatewayz_providers_degraded: '0',
      gatewayz_providers_down: '1',
      provider_error_rate: ['provider=busy 0', 'provider=failing 0.6666666666666666'],
      provider_availability: ['provider=busy 1', 'provider=failing 0'],
      'providers.avg_error_rate': '0.3333333333333333',
      provider_response_time_seconds: noInference,
    },
  },
  {
    name: 'counter_reset',
    says: 'a counter that starts again from zero',
    series: {
      'fastapi_requests_total{status_code="200"}': '1000+15x10 0+15x9',
      'fastapi_requests_total{status_code="503"}': '30+5x20',
    },
    // 150 before the reset, 135 after it: 285 in 300 s; 1 m is after the reset.
    values: {
      'http.total_requests': '265',
      'http.request_rate_per_minute': '80',
      'http.error_rate': '25.974025974025974',
    },
  },
  {
    name: 'one_sample',
    says: 'a gateway scraped once',
    series: {
      'fastapi_requests_total{status_code="200"}': '100',
      'fastapi_requests_duration_seconds_bucket{le="1.0"}': '90',
      'fastapi_requests_duration_seconds_bucket{le="+Inf"}': '100',
      fastapi_requests_duration_seconds_sum: '50',
      fastapi_requests_duration_seconds_count: '100',
      'model_inference_requests_total{model="m",provider="p",status="success"}': '10',
      'model_inference_duration_seconds_sum{model="m",provider="p"}': '10',
      'model_inference_duration_seconds_count{model="m",provider="p"}': '10',
      'cache_hits_total{cache_name="c"}': '10',
    },
    values: {
      'http.total_requests': '100',
      'http.request_rate_per_minute': absent(
        'fewer than two samples of fastapi_requests_total in the last 5 minutes under {…}',
      ),
      'http.error_rate': absent('fewer than two samples of fastapi_requests_total in the last 5 minutes under {…}'),
      'http.avg_latency_ms': absent(
        'fewer than two samples of fastapi_requests_duration_seconds in the last 5 minutes under {…}',
      ),
      gatewayz_providers_total: '1',
      gatewayz_providers_healthy: absent(
        'fewer than two samples of model_inference_requests_total in the last 5 minutes under {…}',
      ),
      provider_error_rate: absent(
        'fewer than two samples of model_inference_requests_total in the last 5 minutes under {…}',
      ),
      provider_availability: absent(
        'fewer than two samples of model_inference_requests_total in the last 5 minutes under {…}',
      ),
      provider_response_time_seconds: absent(
        'fewer than two samples of model_inference_duration_seconds in the last 5 minutes under {…}',
      ),
      gatewayz_provider_health_score: absent(
        'fewer than two samples of model_inference_requests_total or model_inference_duration_seconds in the last 5 minutes under {…}',
      ),
      cache_hit_rate: absent('fewer than two samples of cache_hits_total in the last 5 minutes under {…}'),
      gatewayz_request_duration_quantiles_seconds: ['sum 50', 'count 100'],
      fastapi_requests_duration_seconds: ['le=1 90', 'le=+Inf 100', 'sum 50'],
    },
  },
  {
    name: 'two_samples',
    says: 'a gateway scraped twice',
    series: {
      'fastapi_requests_total{status_code="200"}': '1000 1012',
      'fastapi_requests_total{status_code="500"}': '1000 1003',
      'model_inference_requests_total{model="m",provider="p",status="success"}': '1000 1012',
      'model_inference_requests_total{model="m",provider="p",status="error"}': '1000 1003',
    },
    // Prometheus stretches the 15 s between the samples by half of that into the minute: 22.5 instead of 60 a minute.
    values: {
      'http.total_requests': '2015',
      'http.request_rate_per_minute': '22.5',
      'http.error_rate': '20',
      provider_error_rate: ['provider=p 0.2'],
      gatewayz_providers_degraded: '1',
    },
  },
  {
    name: 'rare_scrapes',
    says: 'scrapes 60 s apart, the last 30 s ago: no rate over 1 m, one over 5 m',
    every: 30,
    series: {
      'fastapi_requests_total{status_code="200"}': '1000 _ 1045 _ 1090 _ 1135 _ 1180 _',
      'fastapi_requests_total{status_code="502"}': '1000 _ 1015 _ 1030 _ 1045 _ 1060 _',
    },
    values: { 'http.total_requests': '2240', 'http.request_rate_per_minute': '60', 'http.error_rate': '25' },
  },
  {
    name: 'gone_stale',
    says: 'scrapes that stopped six minutes ago',
    series: { 'fastapi_requests_total{status_code="200"}': '1000+45x4 _x24', fastapi_requests_in_progress: '4 _x24' },
    values: {
      'http.total_requests': absent(
        'no usable samples of fastapi_requests_total at the evaluation timestamp under {…}',
      ),
      'http.error_rate': absent('fewer than two samples of fastapi_requests_total in the last 5 minutes under {…}'),
      fastapi_requests_in_progress: absent(
        'no usable samples of fastapi_requests_in_progress at the evaluation timestamp under {…}',
      ),
    },
  },
  {
    name: 'newborn_pairs',
    says: 'pairs whose only requests are their first sample',
    series: {
      'model_inference_requests_total{model="new",provider="p",status="success"}': '1x4',
      'model_inference_requests_total{model="newer",provider="p",status="error"}': '1',
    },
    values: {
      'models.total_inference_requests': '2',
      model_inference_requests_total: [
        'model=new,provider=p,status=success 1',
        'model=newer,provider=p,status=error 1',
      ],
      provider_error_rate: noInference,
      gatewayz_providers_total: '1',
    },
  },
];
