import type { FamilyHeader } from '../model.js';

/** The Health Service's endpoints below `HEALTH_SERVICE_URL`; also the `endpoint` label of our own metric about them. */
export const healthEndpoints = ['/health', '/status', '/metrics', '/cache/stats'] as const;
export type HealthEndpoint = (typeof healthEndpoints)[number];

/** Where a family's value comes from: a JSON field of an endpoint, or the polling itself. */
export type HealthSource =
  /** One number ≥ 0, or `true`/`false` as 1/0. */
  | { readonly kind: 'number' | 'boolean'; readonly endpoint: HealthEndpoint; readonly field: string }
  /** An object of numbers ≥ 0: its keys are the values of the family's label. */
  | { readonly kind: 'counts'; readonly endpoint: HealthEndpoint; readonly field: string }
  /** Several booleans of one answer: label value → field. */
  | { readonly kind: 'flags'; readonly endpoint: HealthEndpoint; readonly fields: Readonly<Record<string, string>> }
  /** Whether the endpoint's last answer was a good one. */
  | { readonly kind: 'answered'; readonly endpoint: HealthEndpoint }
  /** How many fetches failed. */
  | { readonly kind: 'failures' }
  /** When any endpoint last gave a good answer. */
  | { readonly kind: 'last-success' };

export interface HealthFamily extends FamilyHeader {
  readonly type: 'counter' | 'gauge';
  /** Label names on our output: none or one. */
  readonly labels: readonly string[];
  readonly source: HealthSource;
}

/** Every family that the Health Service fills, in the order of output. The names are those of the retired exporter. */
export const healthFamilies: readonly HealthFamily[] = [
  {
    name: 'gatewayz_health_service_up',
    type: 'gauge',
    unit: '',
    help: 'Whether the last request to /health of the Health Service had a good answer: 1 yes, 0 no.',
    labels: [],
    source: { kind: 'answered', endpoint: '/health' },
  },
  {
    name: 'gatewayz_health_monitoring_active',
    type: 'gauge',
    unit: '',
    help: 'Whether the Health Service is running its health checks of models: 1 yes, 0 no.',
    labels: [],
    source: { kind: 'boolean', endpoint: '/status', field: 'health_monitoring_active' },
  },
  {
    name: 'gatewayz_availability_monitoring_active',
    type: 'gauge',
    unit: '',
    help: 'Whether the Health Service is running its availability monitoring: 1 yes, 0 no.',
    labels: [],
    source: { kind: 'boolean', endpoint: '/status', field: 'availability_monitoring_active' },
  },
  {
    name: 'gatewayz_health_check_interval_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Time between two health checks of a model as configured in the Health Service, in seconds.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'health_check_interval' },
  },
  {
    name: 'gatewayz_health_tracked_models',
    type: 'gauge',
    unit: '',
    help: 'Number of models that the Health Service keeps checking.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'models_tracked' },
  },
  {
    name: 'gatewayz_health_tracked_providers',
    type: 'gauge',
    unit: '',
    help: 'Number of providers that the Health Service keeps checking.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'providers_tracked' },
  },
  {
    name: 'gatewayz_health_tracked_gateways',
    type: 'gauge',
    unit: '',
    help: 'Number of upstream gateways that the Health Service keeps checking.',
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'gateways_tracked' },
  },
  {
    name: 'gatewayz_availability_cache_size',
    type: 'gauge',
    unit: '',
    help: "Number of entries in the Health Service's availability cache.",
    labels: [],
    source: { kind: 'number', endpoint: '/status', field: 'availability_cache_size' },
  },
  {
    name: 'gatewayz_health_total_models',
    type: 'gauge',
    unit: '',
    help: 'Number of models that the Health Service knows of, checked or not. A simple monitor does not report it.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'total_models' },
  },
  {
    name: 'gatewayz_health_total_providers',
    type: 'gauge',
    unit: '',
    help: 'Number of providers that the Health Service knows of, checked or not. A simple monitor does not report it.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'total_providers' },
  },
  {
    name: 'gatewayz_health_total_gateways',
    type: 'gauge',
    unit: '',
    help: 'Number of upstream gateways that the Health Service knows of, checked or not. A simple monitor does not report it.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'total_gateways' },
  },
  {
    name: 'gatewayz_health_tracked_models_count',
    type: 'gauge',
    unit: '',
    help: 'Number of models in the sample behind gatewayz_health_status_distribution, at most 100; gatewayz_health_tracked_models is the real count.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'tracked_models' },
  },
  {
    name: 'gatewayz_health_active_incidents',
    type: 'gauge',
    unit: '',
    help: 'Number of incidents that the Health Service holds open.',
    labels: [],
    source: { kind: 'number', endpoint: '/metrics', field: 'active_incidents' },
  },
  {
    name: 'gatewayz_health_status_distribution',
    type: 'gauge',
    unit: '',
    help: 'Number of sampled models by the outcome of their last check: success, error, timeout, rate_limited, unauthorized, not_found or unknown.',
    labels: ['status'],
    source: { kind: 'counts', endpoint: '/metrics', field: 'status_distribution' },
  },
  {
    name: 'gatewayz_health_cache_available',
    type: 'gauge',
    unit: '',
    help: 'Whether a cache of the Health Service can be used (redis) or is filled (system_health, providers_health, models_health): 1 yes, 0 no.',
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
    help: 'Requests to the Health Service that failed or had no good answer since this process started; up to four in one cycle.',
    labels: [],
    source: { kind: 'failures' },
  },
  {
    name: 'gatewayz_health_service_last_successful_scrape',
    type: 'gauge',
    unit: '',
    help: 'Unix time, in seconds, at which any endpoint of the Health Service last gave a good answer.',
    labels: [],
    source: { kind: 'last-success' },
  },
];
