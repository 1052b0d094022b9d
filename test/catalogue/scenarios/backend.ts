import { readFileSync } from 'node:fs';
import { absent, type Scenario } from './scenario.js';

const labelValues: Readonly<Record<string, string>> = {
  status_code: '200',
  provider: 'openai',
  model: 'gpt-4o',
  status: 'success',
  gateway: 'openai',
};

/** One series for each metric that the backend really writes; histograms with all observations in the first bucket. */
function writtenSeries(): Record<string, string> {
  const csv = readFileSync(new URL('../../fixtures/backend-metrics.csv', import.meta.url), 'utf8');
  const rows = csv.trim().split(/\r?\n/).slice(1);
  return Object.fromEntries(
    rows
      .map((row) => row.split(','))
      .filter(([, , , , written]) => written === 'yes')
      .flatMap(([name = '', type, labelNames = '', bounds = '']) => {
        const labels = labelNames.split('|').filter((label) => label !== '');
        const text = labels.map((label) => `${label}="${labelValues[label] ?? label}"`).join(',');
        if (type === 'histogram' || type === 'summary') {
          const buckets = type === 'summary' ? [] : [...bounds.split('|'), '+Inf'];
          return [
            [`${name}_sum{${text}}`, '0+3x20'],
            [`${name}_count{${text}}`, '0+15x20'],
            ...buckets.map((le) => [`${name}_bucket{${[...(text ? [text] : []), `le="${le}"`]}}`, '0+15x20']),
          ];
        }
        return [[`${name}{${text}}`, type === 'counter' ? '0+15x20' : '1x20']];
      }),
  );
}

/** What the backend is known to write, and nothing else. */
export const backend: Scenario = {
  name: 'backend',
  says: 'only what the real backend writes',
  series: writtenSeries(),
  values: {
    fastapi_requests_total: ['status_code=200 300'],
    fastapi_requests_in_progress: '1',
    fastapi_exceptions_total: absent('no series named fastapi_exceptions_total in Prometheus under {…}'),
    'http.error_rate': '0',
    'http.avg_latency_ms': '200',
    gatewayz_providers_total: '1',
    gatewayz_providers_healthy: '1',
    gatewayz_providers_degraded: '0',
    gatewayz_providers_down: '0',
    provider_availability: ['provider=openai 1'],
    provider_error_rate: ['provider=openai 0'],
    provider_response_time_seconds: ['provider=openai 0.2'],
    gatewayz_provider_health_score: ['provider=openai 1'],
    'models.total_inference_requests': '300',
    'models.avg_inference_latency_ms': '200',
    total_tokens_used: '300',
    total_credits_used: '300',
    active_api_keys: absent('no series named active_api_keys in Prometheus under {…}'),
    subscription_count: absent('no series named subscription_count in Prometheus under {…}'),
    trial_active: absent('no series named trial_active in Prometheus under {…}'),
    'database.total_queries': '300',
    'database.avg_query_latency_ms': '200',
    gatewayz_database_query_duration_quantiles_seconds: ['sum 60', 'count 300'],
    gatewayz_request_duration_quantiles_seconds: [
      'quantile=0.5 0.005',
      'quantile=0.95 0.0095',
      'quantile=0.99 0.0099',
      'sum 60',
      'count 300',
    ],
    cache_hit_rate: '0.5',
    cache_size_bytes: '1',
  },
};
