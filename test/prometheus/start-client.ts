import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { GatewayzMetricsError } from '../../src/errors.js';
import { createPrometheusClient, type PrometheusClient } from '../../src/prometheus/prometheus-client.js';
import type { PrometheusSettings } from '../../src/prometheus/prometheus-settings.js';
import { type FakePrometheus, type FakePrometheusOptions, startFakePrometheus } from '../support/fake-prometheus.js';

export interface StartedClient {
  readonly fake: FakePrometheus;
  readonly client: PrometheusClient;
  /** Asks `up` as of 2026-11-22 12:00 UTC, with a signal that never fires. */
  readonly ask: (promql?: string) => ReturnType<PrometheusClient['query']>;
}

export const instant = Date.UTC(2026, 10, 22, 12);

/** A fake upstream and a client for it, both closed when the test ends. */
export async function startClient(
  settings: Partial<PrometheusSettings> = {},
  options: FakePrometheusOptions & { readonly prefix?: string; readonly clock?: Clock } = {},
): Promise<StartedClient> {
  const fake = await startFakePrometheus(options);
  onTestFinished(() => fake.close());
  const client = clientOf({ prometheusUrl: `${fake.url}${options.prefix ?? ''}`, ...settings }, options.clock);
  const { signal } = new AbortController();
  return { fake, client, ask: (promql = 'up') => client.query(promql, instant, signal) };
}

/** A client that is closed when the test ends. */
export function clientOf(
  settings: Partial<PrometheusSettings> & Pick<PrometheusSettings, 'prometheusUrl'>,
  clock?: Clock,
): PrometheusClient {
  const defaults = { prometheusTimeout: 10_000, prometheusConnections: 4, prometheusMaxBody: 1024 * 1024 };
  const client = createPrometheusClient({ ...defaults, ...settings }, clock);
  onTestFinished(() => client.close());
  return client;
}

/** The error that `asked` rejects with, which must be one of ours. */
export async function errorOf(asked: Promise<unknown>): Promise<GatewayzMetricsError> {
  const outcome = await asked.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (outcome instanceof GatewayzMetricsError) return outcome;
  throw outcome;
}
