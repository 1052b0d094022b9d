import type { OutputFamily } from '../catalogue/compile.js';
import { consoleEndpoints } from '../catalogue/console.js';
import { precompiledCatalogue } from '../catalogue/precompiled-catalogue.js';
import { type Clock, systemClock } from '../clock.js';
import type { Collector, Family, Snapshot } from '../model.js';
import { representationsOf, type View, viewKey } from '../render/representation.js';
import type { Settings } from '../settings.js';
import { latestEvaluationTime } from '../snapshot/grid.js';
import { Refresher } from '../snapshot/refresher.js';
import { createConsoleCollector } from '../upstream/console-collector.js';
import { createPrometheusClient } from '../upstream/prometheus-client.js';
import { createPrometheusCollector } from '../upstream/prometheus-collector.js';
import type { Engine, EngineEvents, EngineInput, EngineState } from './engine.js';
import { healthOnlySnapshot } from './health-only-snapshot.js';
import type { HealthSource } from './health-source.js';
import { RefreshRecord } from './refresh-record.js';
import { waitLimit } from './view-store.js';

/** Starts the Health Service's source where there is one. */
export type StartHealth = (clock: Clock) => HealthSource | undefined;

/** Polling needs much of what a host without a Health Service does without: it is loaded only where there is one. */
export async function loadHealth(settings: Settings): Promise<StartHealth> {
  const { healthServiceUrl } = settings;
  if (healthServiceUrl === undefined) return () => undefined;
  const { startHealthSource } = await import('./health-source.js');
  return (clock) => startHealthSource(settings, healthServiceUrl, clock);
}

/** Milliseconds after which a request that waits for Prometheus is told what else there is: in time for its own limit. */
const patience = waitLimit - 1_000;

/** Constructs the data sources and what keeps, refreshes and renders their values. Polling begins at once, refreshes when asked. */
export function createEngine(
  { settings, queries }: EngineInput,
  startHealth: StartHealth,
  events: EngineEvents,
  clock: Clock = systemClock,
): Engine {
  const scope = { selector: settings.metricsSelector, marker: settings.metricsMarker };
  const catalogue = precompiledCatalogue(scope, settings.healthServiceUrl !== undefined, queries);
  const client = createPrometheusClient(settings, clock);
  const health = startHealth(clock);
  const record = new RefreshRecord(settings.metricsRefreshInterval / 1000, events.log);
  const endpoints = new Map<string, readonly string[]>([
    ['summary', [...new Set(catalogue.fields.map((field) => field.row))]],
    ...consoleEndpoints(catalogue.fields, (row) => catalogue.rows.has(row)),
    ...Object.entries(catalogue.families).map(([endpoint, families]): [string, string[]] => [
      endpoint,
      families.map((family) => family.row),
    ]),
  ]);
  const wanted = new Map<string, { readonly view: View; askedAt: number }>();
  const lengths = new Map<string, number>();
  const { metricsMaxSeries, metricsRecorded } = settings;
  const prometheus = createPrometheusCollector(client, catalogue, metricsMaxSeries, metricsRecorded, clock);
  const refresher = new Refresher({
    collectors: [prometheus, ...(health ? [health.collector] : []), createConsoleCollector(client, catalogue)],
    endpoints,
    interval: settings.metricsRefreshInterval,
    delay: settings.metricsEvaluationDelay,
    idleAfter: settings.metricsIdleAfter,
    staleLimit: settings.metricsStaleLimit,
    clock,
    publish: (snapshots) => {
      for (const [endpoint, snapshot] of snapshots) render(snapshot, wantedViews(endpoint));
    },
    observe: (report) => {
      record.note(report);
      tellDropped();
    },
  });

  let toldDropped: string | undefined;
  function tellDropped(): void {
    const counts = Object.fromEntries(record.dropped);
    const text = JSON.stringify(counts);
    if (text !== toldDropped) events.dropped(counts);
    toldDropped = text;
  }

  /** By view: until when what has been published may be shown. */
  const shownUntil = new Map<string, number>();

  /**
   * No request may be told that there is nothing while the Health Service has answered: publishes that, unless there is
   * more. Whether it did. The instant is not later than the one that Prometheus was asked for.
   */
  async function publishHealthOnly(view: View, since: number): Promise<boolean> {
    const now = clock.now();
    const { metricsRefreshInterval, metricsEvaluationDelay } = settings;
    const evaluationTime = latestEvaluationTime(Math.min(since, now), metricsRefreshInterval, metricsEvaluationDelay);
    const times = { evaluationTime, now, lifetime: settings.metricsStaleLimit };
    const snapshot = health && (await healthOnlySnapshot(health.collector, endpoints.get(view.endpoint) ?? [], times));
    if (!snapshot || now <= (shownUntil.get(viewKey(view)) ?? 0)) return false;
    render(snapshot, [view]);
    return true;
  }

  /** An endpoint that cannot be rendered keeps its bytes, and does no harm to the others. */
  function render(snapshot: Snapshot, views: readonly View[]): void {
    if (views.length === 0) return;
    try {
      events.publish(representationsOf(snapshot, views, catalogue, settings.metricsMarker, lengths));
      if (snapshot.status !== 'unavailable') for (const view of views) shownUntil.set(viewKey(view), snapshot.expires);
    } catch (err) {
      const endpoints = views.map(viewKey);
      events.log({ level: 'error', message: 'bug: rendering a snapshot failed', fields: { err, endpoints } });
    }
  }

  function want(view: View): void {
    wanted.set(viewKey(view), { view, askedAt: clock.now() });
  }

  function wantedViews(endpoint: string): View[] {
    for (const [key, { askedAt }] of wanted) {
      if (clock.now() - askedAt >= settings.metricsIdleAfter) wanted.delete(key);
    }
    return [...wanted.values()].map(({ view }) => view).filter((view) => view.endpoint === endpoint);
  }

  return {
    async ask(view, since) {
      want(view);
      const current = refresher.current(view.endpoint);
      if (current) {
        refresher.touch(view.endpoint);
        return render(current, [view]);
      }
      const answered = refresher.ask(view.endpoint);
      const otherwise = new Promise<void>((resolve) => {
        const timer = clock.setTimeout(
          () => void publishHealthOnly(view, since).then((published) => published && resolve()),
          Math.min(Math.max(since + patience - clock.now(), 0), patience),
        );
        void answered.finally(() => timer.cancel());
      });
      await Promise.race([answered, otherwise]);
    },
    touch(view) {
      want(view);
      refresher.touch(view.endpoint);
    },
    async snapshot(endpoint) {
      const current = refresher.current(endpoint);
      if (!current) return refresher.ask(endpoint);
      refresher.touch(endpoint);
      return current;
    },
    async state(): Promise<EngineState> {
      const { ready, upstreamUp, snapshotInstant, intervalSeconds, refreshes } = record;
      const families = health ? await healthFamiliesNow(health.collector, catalogue.families['all']!, clock.now()) : [];
      const answers = health?.endpointsUp() ?? new Map<string, boolean>();
      return {
        ready: ready || [...answers.values()].includes(true),
        upstreamUp,
        clockSkewSeconds: client.clockSkewSeconds,
        retries: client.retries,
        snapshotTime: snapshotInstant,
        intervalSeconds,
        refreshes: { ...refreshes },
        rowDurations: Object.fromEntries(record.rowDurations),
        rowTimes: Object.fromEntries(record.rowInstants),
        seriesOverLimit: Object.fromEntries(record.dropped),
        healthFamilies: families,
        healthEndpoints: Object.fromEntries(answers),
      };
    },
    async close() {
      await Promise.all([refresher.close(), health?.stop()]);
      await client.close();
    },
  };
}

async function healthFamiliesNow(
  collector: Collector,
  families: readonly OutputFamily[],
  now: number,
): Promise<readonly Family[]> {
  const own = families.filter((family) => collector.has(family.row));
  const { outcomes } = await collector.collect(
    now,
    own.map((family) => family.row),
    new AbortController().signal,
  );
  return own.flatMap(({ name, type, help, unit, row }) => {
    const outcome = outcomes.get(row);
    return outcome?.state === 'present' ? [{ name, type, help, unit, metrics: outcome.metrics } as Family] : [];
  });
}
