import type { Authorize } from '../http/decision.js';
import type { Settings } from '../settings/read-settings.js';
import type { AuthorizedDatasource } from './authorized-datasource.js';
import type { DatasourceLimitOptions } from './limits.js';
import type { OutageLogger } from './outage-log.js';

/** Loaded only where it is on, with its cache and connections. */
export async function loadDatasource(
  settings: Settings,
  limits: DatasourceLimitOptions | undefined,
  authorize: Authorize,
  logger: OutageLogger,
  observe: (endpoint: string, status: number, startedAt: number) => void,
): Promise<AuthorizedDatasource | undefined> {
  if (settings.datasource !== true) return undefined;
  const { createDatasource } = await import('./create-datasource.js');
  const { authorizedDatasource } = await import('./authorized-datasource.js');
  const { readLimits } = await import('./limits.js');
  const { metricsPrefix: prefix } = settings;
  const datasource = createDatasource({ prefix, upstream: settings, limits, logger, observe });
  return authorizedDatasource(datasource, { authorize, rate: readLimits(limits).rate, observe });
}
