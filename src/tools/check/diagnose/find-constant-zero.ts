import { addMatchers } from '../../../promql/add-matchers.js';
import { type Diagnosis, listed } from './diagnosis.js';
import type { SourceFacts } from './source-facts.js';

/** Providers whose availability was always 0 in the last hour, and to which requests succeed. */
const idleGauge =
  'max by (provider) (max_over_time(provider_availability{provider!=""}[1h])) == 0 and on (provider) sum by (provider) (rate(model_inference_requests_total{status=~"success|"}[5m])) > 0';

/**
 * An availability of 0 that nobody ever sets probes like an outage of every provider; requests that succeed tell them apart.
 * Rejects as `PrometheusApi` does.
 */
export async function findConstantZero(facts: SourceFacts): Promise<Diagnosis | undefined> {
  const names = await facts.names(facts.scoped, facts.now);
  if (!names.has('provider_availability')) return undefined;
  const providers = await facts.vector(addMatchers(idleGauge, facts.scoped));
  if (providers.length === 0) return undefined;
  const shown = listed(providers.map(({ labels }) => labels['provider'] ?? '').sort());
  return {
    severity: 'problem',
    cause: `provider_availability was never above 0 in the last hour for ${shown}, although requests to them succeed: nothing sets it, and these providers count as down`,
    fix: 'set provider_availability in the gateway, or do not export it: it is then derived from the requests',
  };
}
