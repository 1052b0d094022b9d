import { type FamilyDefinition, plainRow } from '../../catalogue/definition.js';

/** The maximum over replicas, which all report the same database count; revoked keys and ended trials do not count. */
const activeOf = (metric: string, by: string): string => `sum(max by (${by}) (${metric}{status=~"active|"}))`;

/** `/business`: customers and consumption. */
export const businessFamilies: readonly FamilyDefinition[] = [
  {
    endpoint: 'business',
    name: 'active_api_keys',
    type: 'gauge',
    unit: '',
    help: 'Current number of active API keys.',
    labels: [],
    row: plainRow('active_api_keys', activeOf('active_api_keys', 'status')),
  },
  {
    endpoint: 'business',
    name: 'subscription_count',
    type: 'gauge',
    unit: '',
    help: 'Current number of active paid subscriptions.',
    labels: [],
    row: plainRow('subscription_count', activeOf('subscription_count', 'plan_type, billing_cycle, status')),
  },
  {
    endpoint: 'business',
    name: 'trial_active',
    type: 'gauge',
    unit: '',
    help: 'Current number of active trials.',
    labels: [],
    row: plainRow('trial_active', activeOf('trial_active', 'status')),
  },
  {
    endpoint: 'business',
    name: 'tokens_used_total',
    type: 'counter',
    unit: '',
    help: 'Total number of tokens used, input and output combined.',
    labels: [],
    row: plainRow('total_tokens_used', 'sum(tokens_used_total)'),
    totalOf: 'tokens_used_total',
  },
  {
    endpoint: 'business',
    name: 'credits_used_total',
    type: 'counter',
    unit: '',
    help: 'Total number of credits charged to users.',
    labels: [],
    row: plainRow('total_credits_used', 'sum(credits_used_total)'),
    totalOf: 'credits_used_total',
  },
];
