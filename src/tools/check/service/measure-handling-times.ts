import { isLoopback } from '../../../settings/loopback.js';
import type { Criterion } from '../report.js';
import { checkHandlingTime, type Load } from './check-handling-time.js';
import type { CheckedEndpoint } from './checked-endpoints.js';
import type { Burst, ServiceClient } from './service-client.js';
import { scrapeService } from './service-metrics.js';

const localLoad: Load = { requests: 500, quantile: 0.99 };
const remoteLoad: Load = { requests: 100, quantile: 0.95 };

/** @param url of the service: on this machine it takes more requests */
export function loadFor(url: string | undefined): Load {
  return url !== undefined && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')) ? localLoad : remoteLoad;
}

/**
 * Sends load to each endpoint and reads its handling times, without the network, from the service's own histogram before and
 * after. One criterion per endpoint. Rejects only with the reason of `signal`.
 *
 * @param answering names of the endpoints that return 200
 */
export async function measureHandlingTimes(
  service: ServiceClient,
  endpoints: readonly CheckedEndpoint[],
  load: Load,
  answering: ReadonlySet<string>,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<readonly Criterion[]> {
  const bursts = new Map<string, Burst>();
  const measured = endpoints.filter(({ endpoint }) => answering.has(endpoint));
  // One request each before the measurement, so that it is warm.
  for (const { path } of measured) await service.burst(path, 1, signal);
  const before = measured.length > 0 ? await scrapeService(service, signal) : undefined;
  for (const [index, { path, endpoint }] of measured.entries()) {
    progress(`handling times: ${endpoint} (${index + 1} of ${measured.length})`);
    bursts.set(endpoint, await service.burst(path, load.requests, signal));
  }
  const after = measured.length > 0 ? await scrapeService(service, signal) : undefined;
  return endpoints.map((checked) => {
    const { endpoint } = checked;
    const [earlier, later] = [before?.handlingTimes(endpoint), after?.handlingTimes(endpoint)];
    return checkHandlingTime(checked, { burst: bursts.get(endpoint), before: earlier, after: later }, load);
  });
}
