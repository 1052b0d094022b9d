import type { GatewayMetrics } from '../../src/instrument/index.js';

/** Gives every metric of the instrumentation a sample, its own two counters included. */
export function recordEverything(instruments: GatewayMetrics): void {
  instruments.trackRequest({ method: 'POST', path: '/v1/chat/completions', bytes: 512 })({ status: 200, bytes: 2048 });
  instruments.recordException(new TypeError('broken'));
  instruments.recordInference({
    provider: 'p',
    model: 'm',
    status: 'success',
    seconds: 0.7,
    firstChunkSeconds: 0.2,
    inputTokens: 100,
    outputTokens: 20,
    credits: 0.5,
  });
  instruments.recordDatabaseQuery({ table: 'users', operation: 'select', seconds: 0.004 });
  instruments.recordCacheLookup({ cache: 'auth', hit: true });
  instruments.setCacheSize({ cache: 'auth', bytes: 4096 });
  instruments.setProviderHealth({ provider: 'p', availability: true, errorRate: 0.02 });
  instruments.setActiveApiKeys('active', 234);
  instruments.setTrials('active', 12);
  instruments.setSubscriptions({ planType: 'pro', billingCycle: 'monthly', count: 45 });
  instruments.setTrials('active', Number.NaN);
  instruments.setTrials('a status whose name goes on and on '.repeat(10), 1);
}
