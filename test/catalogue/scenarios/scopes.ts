import { absent, type Scenario } from './scenario.js';

const raw = {
  'fastapi_requests_total{status_code="200"}': '100+15x20',
  'model_inference_requests_total{model="m",provider="p",status="success"}': '10+15x20',
  'tokens_used_total{model="m",provider="p",token_type="input"}': '1000',
  'active_api_keys{status="active"}': '234',
};
/** As our own output looks when the same Prometheus scrapes it. */
const readBack = (marks: string): Record<string, string> => ({
  [`fastapi_requests_total{status_code="200",job="gatewayz-metrics",${marks}}`]: '100+15x20',
  [`model_inference_requests_total{model="m",provider="p",status="error",job="gatewayz-metrics",${marks}}`]: '10+15x20',
  [`tokens_used_total{model="m",provider="p",job="gatewayz-metrics",${marks}}`]: '1000',
  [`active_api_keys{job="gatewayz-metrics",${marks}}`]: '999',
  [`trial_active{job="gatewayz-metrics",${marks}}`]: '12',
  [`gatewayz_providers_total{job="gatewayz-metrics",${marks}}`]: '30',
  [`provider_error_rate{provider="p",job="gatewayz-metrics",${marks}}`]: '0.9',
});
const rawValues = {
  fastapi_requests_total: ['status_code=200 400'],
  'http.request_rate_per_minute': '60',
  total_tokens_used: '1000',
  model_inference_requests_total: ['model=m,provider=p,status=success 310'],
  provider_error_rate: ['provider=p 0'],
  gatewayz_providers_total: '1',
  active_api_keys: '234',
  trial_active: absent('no series named trial_active in Prometheus under {…}'),
};

/** What must not count: our own output read back, other environments. And statuses of what the business counts. */
export const scopes: readonly Scenario[] = [
  {
    name: 'marked',
    says: 'our own output, read back beside the source',
    series: { ...raw, ...readBack('reexported_by="gatewayz-metrics"') },
    values: rawValues,
  },
  {
    name: 'marked_otherwise',
    says: 'our own output under another marker, beside another series of that label',
    marker: { label: 'via', value: 'me' },
    series: {
      ...raw,
      ...readBack('via="me"'),
      'fastapi_exceptions_total{exception_type="E",via="others"}': '3',
      'fastapi_exceptions_total{exception_type="E",reexported_by="gatewayz-metrics"}': '4',
    },
    values: { ...rawValues, fastapi_exceptions_total: ['exception_type=E 7'] },
  },
  {
    name: 'marker_off',
    says: 'our own output without a marker, kept out by the base selector',
    marker: null,
    selector: 'job="gateway"',
    series: { ...raw, ...readBack('') },
    values: rawValues,
  },
  {
    name: 'two_environments',
    says: 'production and staging in one job',
    selector: 'env="production"',
    series: {
      'fastapi_requests_total{env="production",status_code="200"}': '100+15x20',
      'fastapi_requests_total{env="staging",status_code="500"}': '100+15x20',
      'tokens_used_total{env="production",model="m",provider="p"}': '5',
      'tokens_used_total{env="staging",model="m",provider="p"}': '7',
      'provider_availability{env="production",provider="p"}': '1x20',
      'provider_availability{env="staging",provider="p"}': '80x20',
      'provider_availability{env="staging",provider="q"}': '0x20',
      'trial_active{env="staging"}': '12',
    },
    values: {
      fastapi_requests_total: ['status_code=200 400'],
      'http.error_rate': '0',
      total_tokens_used: '5',
      // Staging's percent is not production's scale.
      provider_availability: ['provider=p 1'],
      gatewayz_providers_total: '1',
      trial_active: absent('no series named trial_active in Prometheus under {…}'),
    },
  },
  {
    name: 'business_statuses',
    says: 'keys, subscriptions and trials in several states',
    series: {
      'active_api_keys{status="active"}': '200',
      'active_api_keys{status=""}': '34',
      'active_api_keys{status="revoked"}': '9',
      'subscription_count{plan_type="pro",billing_cycle="monthly",status="active"}': '40',
      'subscription_count{plan_type="pro",billing_cycle="yearly",status="active"}': '4',
      'subscription_count{plan_type="max",billing_cycle="monthly",status="active"}': '1',
      'subscription_count{plan_type="max",billing_cycle="monthly",status="cancelled"}': '50',
      'trial_active{status="expired"}': '12',
    },
    values: {
      active_api_keys: '234',
      subscription_count: '45',
      trial_active: absent('no usable samples of trial_active at the evaluation timestamp under {…}'),
    },
  },
];
