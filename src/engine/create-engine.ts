import { consoleEndpoints } from '../catalogue/console-definition.js';
import { precompiledCatalogue } from '../catalogue/precompiled-catalogue.js';
import { type Clock, systemClock } from '../clock.js';
import { createConsoleCollector } from '../collector/console-collector.js';
import { createPrometheusCollector } from '../collector/prometheus-collector.js';
import type { Family } from '../model.js';
import { createPrometheusClient } from '../prometheus/prometheus-client.js';
import { representationsOf, type View, viewKey } from '../render/representation.js';
import { Demand } from '../snapshot/demand.js';
import { latestEvaluationTime } from '../snapshot/grid.js';
import { Refresher } from '../snapshot/refresher.js';
import type { Engine, EngineEvents, EngineInput } from './engine.js';
import { healthOnlySnapshot } from './health-only-snapshot.js';
import type { HealthSource } from './health-source.js';
import { RefreshRecord } from './refresh-record.js';
import { RequestedViews } from './requested-views.js';

/** Composes collectors, refresher and renderer. The Health Service is polled at once, Prometheus queried on request. */
export function createEngine(
  { settings, definition, queries }: EngineInput,
  startHealth: ((clock: Clock) => HealthSource) | undefined,
  events: EngineEvents,
  clock: Clock = systemClock,
): Engine {
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  const catalogue = precompiledCatalogue(definition, scope, queries);
  const endpoints = new Map<string, readonly string[]>([
    ['summary', [...new Set(catalogue.fields.map((field) => field.row))]],
    ...consoleEndpoints(catalogue.console, catalogue.fields),
    ...Object.entries(catalogue.families).map(([endpoint, families]): [string, string[]] => [
      endpoint,
      families.map((family) => family.row),
    ]),
  ]);
  const { metricsRefreshInterval: interval, metricsEvaluationDelay: delay, metricsStaleLimit: staleLimit } = settings;
  const client = createPrometheusClient(settings, clock);
  const { metricsMaxSeries, metricsRecorded } = settings;
  const prometheus = createPrometheusCollector(client, catalogue, metricsMaxSeries, metricsRecorded, clock);
  const health = startHealth?.(clock);
  const record = new RefreshRecord(interval / 1000, events);
  const demand = new Demand<View>(viewKey, settings.metricsIdleAfter, clock);
  const lengths = new Map<string, number>();

  const views = new RequestedViews({
    refresher: () => refresher,
    render: (snapshot, wanted) => {
      const shown = { ...snapshot, clockSkewSeconds: client.clockSkewSeconds };
      return representationsOf(shown, wanted, catalogue, settings.metricsMarker, lengths);
    },
    async healthOnly(endpoint, since) {
      const now = clock.now();
      const evaluationTime = latestEvaluationTime(Math.min(since, now), interval, delay);
      const times = { evaluationTime, now, lifetime: staleLimit };
      return health && healthOnlySnapshot(health.polled, endpoints.get(endpoint) ?? [], times);
    },
    demand,
    clock,
    events,
  });
  const refresher = new Refresher({
    collectors: [prometheus, ...(health ? [health.collector] : []), createConsoleCollector(client, catalogue)],
    endpoints,
    interval,
    delay,
    maxInterval: settings.metricsMaxInterval,
    demand,
    staleLimit,
    clock,
    publish: (snapshots) => {
      for (const [endpoint, snapshot] of snapshots) views.publish(endpoint, snapshot);
    },
    observe: (report) => record.note(report),
  });

  async function healthFamilies(): Promise<readonly Family[]> {
    if (!health) return [];
    const own = catalogue.families['all']!.filter((family) => health.collector.has(family.row));
    const rows = own.map((family) => family.row);
    const { outcomes } = await health.collector.collect(clock.now(), rows, new AbortController().signal);
    return own.flatMap(({ name, type, help, unit, row }) => {
      const outcome = outcomes.get(row);
      return outcome?.state === 'present' ? [{ name, type, help, unit, metrics: outcome.metrics } as Family] : [];
    });
  }

  return {
    fetch: (view, since) => views.fetch(view, since),
    touch: (view) => views.touch(view),
    async snapshot(endpoint) {
      const current = refresher.current(endpoint);
      if (!current) return refresher.ask(endpoint);
      refresher.touch(endpoint);
      return current;
    },
    async state() {
      const families = await healthFamilies();
      const endpointsUp = Object.fromEntries(health?.endpointsUp() ?? []);
      const state = record.state();
      return {
        ...state,
        ready: state.ready || Object.values(endpointsUp).includes(true),
        clockSkewSeconds: client.clockSkewSeconds,
        retries: client.retries,
        healthFamilies: families,
        healthEndpoints: endpointsUp,
      };
    },
    async close() {
      await Promise.all([refresher.close(), health?.close()]);
      await client.close();
    },
  };
}
