import { OriginPool } from '../http-client/origin-pool.js';
import { authorities } from './authorities.js';
import type { UpstreamSettings } from './upstream-settings.js';

/** Connections to the origin of `PROMETHEUS_URL`. `settings_invalid` when the CA file cannot be used. */
export function originPool(settings: UpstreamSettings, connections: number): OriginPool {
  const { prometheusUrl, prometheusTimeout, prometheusCaFile } = settings;
  return new OriginPool(new URL(prometheusUrl).origin, {
    connections,
    // Tells a host that drops packets from a Prometheus that is slow.
    connectTimeout: prometheusTimeout / 2,
    ca: prometheusCaFile === undefined ? undefined : authorities(prometheusCaFile),
  });
}
