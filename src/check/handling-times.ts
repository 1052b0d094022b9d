import { isLoopback } from '../settings/loopback.js';
import { type CheckedEndpoint, checkedEndpoints } from './endpoints.js';
import type { Criterion } from './report.js';
import type { Burst, ServiceClient } from './service-client.js';
import { boundOfQuantile, countedBetween, type ServiceMetrics, scrapeService } from './service-metrics.js';

/** How much is asked of each endpoint, and which quantile must be within its budget. */
export interface Load {
  readonly requests: number;
  readonly quantile: number;
}

export const localLoad: Load = { requests: 500, quantile: 0.99 };
export const remoteLoad: Load = { requests: 100, quantile: 0.95 };

/** @param url where the service is: on this machine it can be asked more */
export function loadFor(url: string): Load {
  return isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')) ? localLoad : remoteLoad;
}

/**
 * Loads each endpoint and reads its handling times from the service's own histogram, before and after: what it takes without
 * the network. One criterion an endpoint. Rejects only with the reason of `signal`.
 *
 * @param answering the endpoints that answer at all
 */
export async function measureHandlingTimes(
  service: ServiceClient,
  load: Load,
  answering: ReadonlySet<string>,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly Criterion[]> {
  const bursts = new Map<string, Burst>();
  const measured = checkedEndpoints.filter(({ endpoint }) => answering.has(endpoint));
  // What is measured is warm: the first of its kind is asked for before.
  for (const { path } of measured) await service.burst(path, 1, signal);
  const before = measured.length > 0 ? await scrapeService(service, signal) : undefined;
  for (const [index, { path, endpoint }] of measured.entries()) {
    progress(`handling times: ${endpoint} (${index + 1} of ${measured.length})`);
    bursts.set(endpoint, await service.burst(path, load.requests, signal));
  }
  const after = measured.length > 0 ? await scrapeService(service, signal) : undefined;
  return checkedEndpoints.map((endpoint) => judge(endpoint, bursts.get(endpoint.endpoint), load, before, after));
}

function judge(
  { endpoint, budget }: CheckedEndpoint,
  burst: Burst | undefined,
  { requests, quantile }: Load,
  before: ServiceMetrics | undefined,
  after: ServiceMetrics | undefined,
): Criterion {
  const criterion = { id: `time.${endpoint}`, budget };
  const fail = (detail: string, value: number | null = null) => ({ ...criterion, ok: false, value, detail });
  if (!burst) return fail('not measured: the endpoint does not answer with 200');
  if (burst.faults.size > 0) {
    const faults = [...burst.faults].map(([fault, count]) => `${count} × ${fault}`).join(', ');
    return fail(`of ${requests} requests some failed: ${faults}`);
  }
  if (!before || !after) return fail('the service tells no handling times: its scrape target could not be read');
  const counted = countedBetween(before.handlingTimes(endpoint), after.handlingTimes(endpoint));
  const total = counted?.get(Number.POSITIVE_INFINITY) ?? 0;
  if (!counted || total < requests) {
    return fail(
      `its own histogram counted ${counted ? total : 'less than before'} of ${requests} requests: it was restarted, or several instances are behind this URL; give --url one of them`,
    );
  }
  const bound = boundOfQuantile(counted, quantile)!;
  const name = `p${Math.round(quantile * 100)}`;
  const client = clientTime(burst.seconds, quantile);
  const beside = `client ${name} ${client} ms`;
  if (bound === Number.POSITIVE_INFINITY) return fail(`${name} of ${total} is longer than any bound; ${beside}`);
  const value = toMilliseconds(bound);
  return { ...criterion, ok: value <= budget, value, detail: `${name} of ${total} at most ${value} ms; ${beside}` };
}

function clientTime(seconds: readonly number[], quantile: number): number {
  const sorted = [...seconds].sort((a, b) => a - b);
  return toMilliseconds(sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0);
}

/** With two decimals. */
export function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 100_000) / 100;
}
