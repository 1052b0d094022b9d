import { GatewayzMetricsError } from '../../../errors.js';
import type { PrometheusSettings } from '../../../prometheus/prometheus-settings.js';
import { PrometheusApi } from './prometheus-api.js';

/** Milliseconds: what Grafana gives a query too. */
const queryTimeout = 60_000;

/** How to reach the Prometheus behind the service. */
export type PrometheusAccess =
  /** Directly: an address, and the credentials for it. */
  | { readonly kind: 'direct'; readonly settings: PrometheusSettings }
  /** Through the service's own Prometheus API, where that is on. */
  | { readonly kind: 'service'; readonly settings: PrometheusSettings };

/**
 * Undefined if only the service's own Prometheus API is available, and that is off. Rejects only with the reason of
 * `signal`: a given Prometheus that does not respond is reported by its first query.
 */
export async function openPrometheus(
  { kind, settings }: PrometheusAccess,
  signal: AbortSignal,
): Promise<PrometheusApi | undefined> {
  const prometheusTimeout = Math.max(settings.prometheusTimeout, queryTimeout);
  const api = new PrometheusApi({ ...settings, prometheusTimeout }, signal);
  if (kind === 'direct') return api;
  try {
    await api.instant('1', Date.now());
    return api;
  } catch (error) {
    await api.close();
    if (error instanceof GatewayzMetricsError) return undefined;
    throw error;
  }
}
