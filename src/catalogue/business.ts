import { type FamilyRow, plainRow } from './row.js';

/** Every replica reports the same database count, so the maximum over replicas; revoked keys and ended trials do not count. */
const activeOf = (metric: string, by: string): string => `sum(max by (${by}) (${metric}{status=~"active|"}))`;

/** `/business`: customers and consumption. */
export const businessFamilies: readonly FamilyRow[] = [
  {
    endpoint: 'business',
    name: 'active_api_keys',
    type: 'gauge',
    unit: '',
    help: 'API keys that can be used.',
    labels: [],
    row: plainRow('active_api_keys', activeOf('active_api_keys', 'status')),
  },
  {
    endpoint: 'business',
    name: 'subscription_count',
    type: 'gauge',
    unit: '',
    help: 'Paid subscriptions that run.',
    labels: [],
    row: plainRow('subscription_count', activeOf('subscription_count', 'plan_type, billing_cycle, status')),
  },
  {
    endpoint: 'business',
    name: 'trial_active',
    type: 'gauge',
    unit: '',
    help: 'Trials that run.',
    labels: [],
    row: plainRow('trial_active', activeOf('trial_active', 'status')),
  },
  {
    endpoint: 'business',
    name: 'tokens_used_total',
    type: 'counter',
    unit: '',
    help: 'Tokens used in total, input and output together.',
    labels: [],
    row: plainRow('total_tokens_used', 'sum(tokens_used_total)'),
    totalOf: 'tokens_used_total',
  },
  {
    endpoint: 'business',
    name: 'credits_used_total',
    type: 'counter',
    unit: '',
    help: 'Credits charged to users in total.',
    labels: [],
    row: plainRow('total_credits_used', 'sum(credits_used_total)'),
    totalOf: 'credits_used_total',
  },
];
