import type { FamilyHeader } from '../../model.js';

/** The Health Service's endpoints below `HEALTH_SERVICE_URL`; also the `endpoint` label of our own metric about them. */
export const healthEndpoints = ['/health', '/status', '/metrics', '/cache/stats'] as const;
export type HealthEndpoint = (typeof healthEndpoints)[number];

/** Where a family's value comes from: a JSON field of an endpoint, or the polling itself. */
export type HealthSource =
  /** One number ≥ 0, or `true`/`false` as 1/0. */
  | { readonly kind: 'number' | 'boolean'; readonly endpoint: HealthEndpoint; readonly field: string }
  /** An object of numbers ≥ 0: its keys are the values of the family's label. */
  | { readonly kind: 'counts'; readonly endpoint: HealthEndpoint; readonly field: string }
  /** Several booleans of one response: label value → field. */
  | { readonly kind: 'flags'; readonly endpoint: HealthEndpoint; readonly fields: Readonly<Record<string, string>> }
  /** Whether the last request to the endpoint succeeded. */
  | { readonly kind: 'answered'; readonly endpoint: HealthEndpoint }
  /** Number of failed requests. */
  | { readonly kind: 'failures' }
  /** Time of the last successful response from any endpoint. */
  | { readonly kind: 'last-success' };

export interface HealthFamily extends FamilyHeader {
  readonly type: 'counter' | 'gauge';
  /** Label names on our output: none or one. */
  readonly labels: readonly string[];
  readonly source: HealthSource;
}

/** The Health Service's families, in output order. Names match those of the retired exporter. */
export const healthFamilies: readonly HealthFamily[] = [
  {
    name: 'gatewayz_health_service_up',
    type: 'gauge',
    unit: '',
    help: 'Whether the last request to /health of the Health Service succeeded (1) or not (0).',
    labels: [],
    source: { kind: 'answered', endpoint: '/health' },
  },
  {
    name: 'gatewayz_health_monitoring_active',
    type: 'gauge',
    unit: '',
    help: 'Whether model health checks are running in the Health Service (1) or not (0).',
    labels: [],
    source: { kind: 'boolean', endpoint: '/status', field: 'health_monitoring_active' },
  },
  {
    name: 'gatewayz_availability_monitoring_active',
    type: 'gauge',
    unit: '',
    help: 'Whether availability monitoring is running in the Health Service (1) or not (0).',
    labels: [],
    source: { kind: 'boolean', endpoint: '/status', field: 'availability_monitoring_active' },
  },
  {
    name: 'gatewayz_health_check_interval_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Configured interval between two health checks of a model, in seconds.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'health_check_interval' },
  },
  {
    name: 'gatewayz_health_tracked_models',
    type: 'gauge',
    unit: '',
    help: 'Current number of models checked by the Health Service.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'models_tracked' },
  },
  {
    name: 'gatewayz_health_tracked_providers',
    type: 'gauge',
    unit: '',
    help: 'Current number of providers checked by the Health Service.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'providers_tracked' },
  },
  {
    name: 'gatewayz_health_tracked_gateways',
    type: 'gauge',
    unit: '',
    help: 'Current number of upstream gateways checked by the Health Service.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'gateways_tracked' },
  },
  {
    name: 'gatewayz_availability_cache_size',
    type: 'gauge',
    unit: '',
    help: "Current number of entries in the Health Service's availability cache.",
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'availability_cache_size' },
  },
  {
    name: 'gatewayz_health_total_models',
    type: 'gauge',
    unit: '',
    help: 'Current number of models known to the Health Service, checked or not. Not reported by a simple monitor.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'total_models' },
  },
  {
    name: 'gatewayz_health_total_providers',
    type: 'gauge',
    unit: '',
    help: 'Current number of providers known to the Health Service, checked or not. Not reported by a simple monitor.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'total_providers' },
  },
  {
    name: 'gatewayz_health_total_gateways',
    type: 'gauge',
    unit: '',
    help: 'Current number of upstream gateways known to the Health Service, checked or not. Not reported by a simple monitor.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'total_gateways' },
  },
  {
    name: 'gatewayz_health_tracked_models_count',
    type: 'gauge',
    unit: '',
    help: 'Current number of models in the sample behind gatewayz_health_status_distribution, at most 100; gatewayz_health_tracked_models has the full count.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'tracked_models' },
  },
  {
    name: 'gatewayz_health_active_incidents',
    type: 'gauge',
    unit: '',
    help: 'Current number of open incidents in the Health Service.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'active_incidents' },
  },
  {
    name: 'gatewayz_health_status_distribution',
    type: 'gauge',
    unit: '',
    help: 'Current number of sampled models by the result of their last check: success, error, timeout, rate_limited, unauthorized, not_found or unknown.',
    labels: ['status'],
    source: { kind: 'counts', endpoint: '/metrics', field: 'status_distribution' },
  },
  {
    name: 'gatewayz_health_cache_available',
    type: 'gauge',
    unit: '',
    help: 'Whether a Health Service cache is available (redis) or filled (system_health, providers_health, models_health): 1 or 0.',
    labels: ['cache_type'],
    source: {
      kind: 'flags',
      endpoint: '/cache/stats',
      fields: {
        redis: 'cache_available',
        system_health: 'system_health_cached',
        providers_health: 'providers_health_cached',
        models_health: 'models_health_cached',
      },
    },
  },
  {
    name: 'gatewayz_health_service_scrape_errors_total',
    type: 'counter',
    unit: '',
    help: 'Total number of failed requests to the Health Service since this process started; up to four per poll.',
    labels: [],
    source: { kind: 'failures' },
  },
  {
    name: 'gatewayz_health_service_last_successful_scrape',
    type: 'gauge',
    unit: '',
    help: 'Unix timestamp of the last successful response from any endpoint of the Health Service, in seconds.',
    labels: [],
    source: { kind: 'last-success' },
  },
];
