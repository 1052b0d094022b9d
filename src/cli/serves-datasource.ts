import { isLoopback } from '../settings/loopback.js';
import type { Settings } from '../settings/read-settings.js';

/** Whether `serve` has the datasource API, which is any PromQL: where only this machine can ask, or as access settings say. */
export function servesDatasource({
  host,
  metricsTokensFile,
  metricsOpen,
}: Pick<Settings, 'host' | 'metricsTokensFile' | 'metricsOpen'>): boolean {
  return isLoopback(host) || metricsTokensFile !== undefined || metricsOpen;
}
