import { OriginPool } from '../http-client/origin-pool.js';
import type { PrometheusSettings } from './prometheus-settings.js';
import { readTrustedCertificates } from './trusted-certificates.js';

/** Connections to the origin of `PROMETHEUS_URL`. `settings_invalid` when the CA file cannot be used. */
export function createPrometheusPool(settings: PrometheusSettings, connections: number): OriginPool {
  const { prometheusUrl, prometheusTimeout, prometheusCaFile } = settings;
  return new OriginPool(new URL(prometheusUrl).origin, {
    connections,
    // Tells a host that drops packets from a Prometheus that is slow.
    connectTimeout: prometheusTimeout / 2,
    ca: prometheusCaFile === undefined ? undefined : readTrustedCertificates(prometheusCaFile),
  });
}
