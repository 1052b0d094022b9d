import type { GatewayMetrics } from '../../src/instrument/index.js';

/** Makes every metric of the kit have a sample, the two about the kit itself included. */
export function recordEverything(kit: GatewayMetrics): void {
  kit.trackRequest({ method: 'POST', path: '/v1/chat/completions', bytes: 512 })({ status: 200, bytes: 2048 });
  kit.recordException(new TypeError('broken'));
  kit.recordInference({
    provider: 'p',
    model: 'm',
    status: 'success',
    seconds: 0.7,
    firstChunkSeconds: 0.2,
    inputTokens: 100,
    outputTokens: 20,
    credits: 0.5,
  });
  kit.recordDatabaseQuery({ table: 'users', operation: 'select', seconds: 0.004 });
  kit.recordCacheLookup({ cache: 'auth', hit: true });
  kit.setCacheSize({ cache: 'auth', bytes: 4096 });
  kit.setProviderHealth({ provider: 'p', availability: true, errorRate: 0.02 });
  kit.setActiveApiKeys('active', 234);
  kit.setTrials('active', 12);
  kit.setSubscriptions({ planType: 'pro', billingCycle: 'monthly', count: 45 });
  kit.setTrials('active', Number.NaN);
  kit.setTrials('a status whose name goes on and on '.repeat(10), 1);
}
