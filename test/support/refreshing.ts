import { onTestFinished } from 'vitest';
import type { Snapshot } from '../../src/model.js';
import { Demand } from '../../src/snapshot/demand.js';
import { Refresher, type RefresherOptions, type RefreshReport } from '../../src/snapshot/refresher.js';
import { FakeClock } from './fake-clock.js';
import { FakeCollector } from './fake-collector.js';

export interface Refreshing {
  readonly clock: FakeClock;
  readonly prometheus: FakeCollector;
  readonly health: FakeCollector;
  readonly refresher: Refresher;
  /** What was published, oldest first. */
  readonly published: readonly ReadonlyMap<string, Snapshot>[];
  readonly reports: readonly RefreshReport[];
  /** Asks and lets the work settle that needs no time. */
  ask(endpoint: string): Promise<Snapshot>;
  /** The snapshot of an endpoint that was published last. */
  last(endpoint: string): Snapshot;
}

/** Milliseconds: the defaults of the settings. */
export const defaults = {
  interval: 5_000,
  maxInterval: 60_000,
  delay: 5_000,
  idleAfter: 300_000,
  staleLimit: 300_000,
};

/** 12:00 sharp: on the grid of every interval used here. */
export const noon = Date.UTC(2026, 10, 22, 12);

/**
 * A refresher on a fake clock that says noon, over two fake sources: of Prometheus `requests`, `latency` and `keys`, of the
 * Health Service `up`. Endpoints: `summary` and `all` with all rows, `system` with the first two, `business` with `keys`.
 */
export function refreshing(
  options: Partial<RefresherOptions> & { readonly now?: number; readonly idleAfter?: number } = {},
): Refreshing {
  const { now = noon, idleAfter = defaults.idleAfter, ...given } = options;
  const clock = new FakeClock(now);
  const prometheus = new FakeCollector('prometheus', ['requests', 'latency', 'keys']);
  const health = new FakeCollector('health-service', ['up']);
  const published: ReadonlyMap<string, Snapshot>[] = [];
  const reports: RefreshReport[] = [];
  const refresher = new Refresher({
    collectors: [prometheus, health],
    endpoints: new Map([
      ['summary', ['requests', 'latency', 'keys', 'up']],
      ['all', ['requests', 'latency', 'keys', 'up']],
      ['system', ['requests', 'latency']],
      ['business', ['keys']],
    ]),
    ...defaults,
    demand: new Demand<never>(String, idleAfter, clock),
    clock,
    publish: (snapshots) => published.push(snapshots),
    observe: (report) => reports.push(report),
    ...given,
  });
  onTestFinished(() => refresher.close());
  return {
    clock,
    prometheus,
    health,
    refresher,
    published,
    reports,
    async ask(endpoint) {
      const snapshot = await refresher.ask(endpoint);
      if (!snapshot) throw new Error('the refresher is closed');
      return snapshot;
    },
    last(endpoint) {
      const snapshot = published.findLast((snapshots) => snapshots.has(endpoint))?.get(endpoint);
      if (!snapshot) throw new Error(`no snapshot of ${endpoint} has been published`);
      return snapshot;
    },
  };
}
