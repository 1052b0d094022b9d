import type { GatewayMetrics } from '../../../instrument/index.js';
import type { Random } from './random.js';

const queries = [
  { table: 'api_keys', operation: 'select', perRequest: 1, seconds: 0.004 },
  { table: 'users', operation: 'select', perRequest: 0.4, seconds: 0.006 },
  { table: 'usage_records', operation: 'insert', perRequest: 1, seconds: 0.012 },
  { table: 'credit_transactions', operation: 'insert', perRequest: 0.5, seconds: 0.018 },
  { table: 'plans', operation: 'select', perRequest: 0.05, seconds: 0.003 },
] as const;

const caches = [
  { cache: 'auth', perRequest: 1, hitRate: 0.94, bytes: 3e6 },
  { cache: 'response', perRequest: 0.5, hitRate: 0.31, bytes: 85e6 },
  { cache: 'pricing', perRequest: 1, hitRate: 0.99, bytes: 0.4e6 },
] as const;

const subscriptions = [
  { planType: 'pro', billingCycle: 'monthly', count: 27 },
  { planType: 'pro', billingCycle: 'yearly', count: 11 },
  { planType: 'team', billingCycle: 'monthly', count: 5 },
  { planType: 'enterprise', billingCycle: 'yearly', count: 2 },
] as const;

/** Records the database queries and cache lookups of a number of requests, and the current business gauges. */
export function recordBackground(metrics: GatewayMetrics, random: Random, requests: number, seconds: number): void {
  for (const { table, operation, perRequest, seconds: median } of queries) {
    for (let left = random.count(requests * perRequest); left > 0; left -= 1) {
      metrics.recordDatabaseQuery({ table, operation, seconds: random.duration(median) });
    }
  }
  for (const { cache, perRequest, hitRate, bytes } of caches) {
    for (let left = random.count(requests * perRequest); left > 0; left -= 1) {
      metrics.recordCacheLookup({ cache, hit: random.chance(hitRate) });
    }
    metrics.setCacheSize({ cache, bytes: Math.round(bytes * (1 + 0.2 * Math.sin(seconds / 90))) });
  }

  const minutes = Math.floor(seconds / 60);
  metrics.setActiveApiKeys('active', 234 + 2 * minutes);
  metrics.setActiveApiKeys('revoked', 9 + Math.floor(minutes / 3));
  metrics.setTrials('active', 12 + (minutes % 5));
  metrics.setTrials('expired', 31 + minutes);
  for (const { count, ...plan } of subscriptions) {
    metrics.setSubscriptions({ ...plan, count: plan.planType === 'pro' ? count + Math.floor(minutes / 2) : count });
  }
}
