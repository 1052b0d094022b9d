import type { SummaryField } from '../../../catalogue/definition.js';
import { count, errorPercent, errorShare, share } from '../panels/field-options.js';
import type { FieldOptions, PanelSpec } from '../panels/panel.js';
import { rateOf } from '../queries/expressions.js';
import { overTime, type Queries } from '../queries/queries.js';

/** Graphs of each section. */
export function summaryHistory(queries: Queries): Readonly<Record<SummaryField['section'], readonly PanelSpec[]>> {
  const { gateway, row, service } = queries;
  const perMinute = (metric: string): string => overTime(gateway(`60 * ${rateOf(metric)}`));
  const graph = (
    title: string,
    description: string,
    width: number,
    scale: FieldOptions,
    ...lines: readonly { legend: string; expr: string; color?: 'green' | 'orange' | 'red' }[]
  ): Extract<PanelSpec, { kind: 'timeseries' }> => ({
    kind: 'timeseries',
    title,
    description,
    width,
    queries: lines,
    ...scale,
  });
  const state = (which: string) => row(`gatewayz_providers_${which}`);

  return {
    http: [
      graph(
        'HTTP requests',
        'HTTP requests per minute.',
        8,
        { unit: 'reqpm' },
        {
          legend: 'requests',
          expr: perMinute('fastapi_requests_total'),
        },
      ),
      graph('HTTP error rate', 'HTTP requests with a 5xx status.', 8, errorPercent, {
        legend: '5xx',
        color: 'red',
        expr: overTime(row('http.error_rate')),
      }),
      graph(
        'HTTP latency',
        'Mean HTTP request duration; of a stream, to its end.',
        8,
        { unit: 'ms', min: 0 },
        {
          legend: 'mean',
          expr: overTime(row('http.avg_latency_ms')),
        },
      ),
    ],
    models: [
      graph(
        'Inference requests',
        'Inference requests per minute.',
        6,
        { unit: 'reqpm' },
        {
          legend: 'requests',
          expr: perMinute('model_inference_requests_total'),
        },
      ),
      graph(
        'Inference latency',
        'Mean inference request duration.',
        6,
        { unit: 'ms', min: 0 },
        {
          legend: 'mean',
          expr: overTime(row('models.avg_inference_latency_ms')),
        },
      ),
      graph('Tokens per minute', 'Tokens used per minute, input and output.', 6, count, {
        legend: 'tokens',
        expr: perMinute('tokens_used_total'),
      }),
      graph('Credits per hour', 'Credits charged, at the current rate.', 6, count, {
        legend: 'credits',
        expr: overTime(gateway(`3600 * ${rateOf('credits_used_total')}`)),
      }),
    ],
    providers: [
      {
        ...graph(
          'Providers by state',
          'Healthy: error rate below 5 %; degraded: 5 % to 50 %; down: more, or availability 0. Over 5 minutes; those without traffic have no state.',
          12,
          { unit: 'none', decimals: 0 },
          { legend: 'healthy', color: 'green', expr: state('healthy') },
          { legend: 'degraded', color: 'orange', expr: state('degraded') },
          { legend: 'down', color: 'red', expr: state('down') },
        ),
        stacked: true,
        step: '30s',
      },
      {
        ...graph('Provider error rate', 'Mean over the providers, not weighted, over 5 minutes.', 6, errorShare, {
          legend: 'mean',
          color: 'red',
          expr: row('providers.avg_error_rate'),
        }),
        step: '30s',
      },
      {
        ...graph(
          'Provider response time',
          'Mean over the providers, not weighted, over 5 minutes.',
          6,
          { unit: 'ms', min: 0 },
          {
            legend: 'mean',
            expr: row('providers.avg_response_time_ms'),
          },
        ),
        step: '30s',
      },
    ],
    database: [
      graph(
        'Database queries',
        'Database queries per second.',
        8,
        { unit: 'ops' },
        {
          legend: 'queries',
          expr: overTime(gateway(rateOf('database_queries_total'))),
        },
      ),
      graph(
        'Database latency',
        'Mean database query duration.',
        8,
        { unit: 'ms', min: 0 },
        {
          legend: 'mean',
          expr: overTime(row('database.avg_query_latency_ms')),
        },
      ),
      graph('Cache hits', 'Ratio of cache hits; without any cache_* series, of the catalogue cache.', 8, share, {
        legend: 'hits',
        expr: overTime(row('cache_hit_rate')),
      }),
    ],
    business: [
      {
        ...graph(
          'Customers',
          'Active API keys, paid subscriptions and trials.',
          24,
          { unit: 'none', decimals: 0 },
          { legend: 'API keys', expr: row('active_api_keys') },
          { legend: 'subscriptions', expr: row('subscription_count') },
          { legend: 'trials', expr: row('trial_active') },
        ),
        emptyWithout: ['active_api_keys', 'subscription_count', 'trial_active'],
      },
    ],
    health: [
      graph(
        'Open incidents over time',
        'Open incidents of the Health Service.',
        12,
        { unit: 'none', decimals: 0 },
        {
          legend: 'incidents',
          expr: service('max(gatewayz_health_active_incidents)'),
        },
      ),
      graph(
        'Tracked models over time',
        'Models that the Health Service monitors.',
        12,
        { unit: 'none', decimals: 0 },
        {
          legend: 'models',
          expr: service('max(gatewayz_health_tracked_models)'),
        },
      ),
    ],
  };
}
